<?php
/**
 * Plugin Name:          SPREAD for WooCommerce
 * Description:          Reports orders and customer accounts to the SPREAD CRM with the PHP extension spread.
 * Version:              0.1.0
 * Requires at least:    6.5
 * Requires PHP:         8.1
 * Requires Plugins:     woocommerce
 * WC requires at least: 8.1
 * WC tested up to:      10.5
 * License:              MIT or Apache-2.0
 *
 * The hooks only note what a request has changed. One checkout fires them two or three times, so the reports go out
 * once, at the end of the request.
 */

namespace Spread_WooCommerce;

use Spread\Client;
use Throwable;

defined( 'ABSPATH' ) || exit;

require __DIR__ . '/includes/orders.php';
require __DIR__ . '/includes/accounts.php';

/** What this request has changed. */
final class Noted {
	/** @var array<int, bool> Order id => whether this request made the order. */
	public static array $orders = array();

	/** @var array<int, string> User id => 'created', 'logged in' or 'changed'. */
	public static array $accounts = array();
}

add_action( 'before_woocommerce_init', __NAMESPACE__ . '\declare_compatibility' );
add_action( 'admin_notices', __NAMESPACE__ . '\show_missing_parts' );
// After WooCommerce has saved the session (20). While SPREAD is slow, a second click on "Place order" then finds an
// empty cart, not the full one that would become a second order.
add_action( 'shutdown', __NAMESPACE__ . '\report_all', PHP_INT_MAX );

function declare_compatibility(): void {
	foreach ( array( 'custom_order_tables', 'cart_checkout_blocks' ) as $feature ) {
		\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( $feature, __DIR__ . '/spread-woocommerce.php' );
	}
}

function show_missing_parts(): void {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	if ( ! class_exists( Client::class ) ) {
		$missing = 'the PHP extension spread is not loaded.';
	} elseif ( '' === key_of( 'public' ) || '' === key_of( 'private' ) ) {
		$missing = 'set SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in wp-config.php.';
	} else {
		return;
	}
	echo '<div class="notice notice-error"><p>SPREAD for WooCommerce reports nothing: ', esc_html( $missing ), '</p></div>';
}

/** A key: the constant in wp-config.php, else the setting, else the environment. */
function key_of( string $which ): string {
	$constant = 'SPREAD_' . strtoupper( $which ) . '_KEY';
	if ( defined( $constant ) ) {
		return (string) constant( $constant );
	}
	return ini_get( "spread.{$which}_key" ) ?: (string) getenv( $constant );
}

/** A client, because ini_set() cannot replace keys that the server's configuration fixes. */
function client(): Client {
	static $client = null;
	return $client ??= new Client( key_of( 'public' ), key_of( 'private' ) );
}

function report_all(): void {
	if ( ! class_exists( Client::class ) || ! function_exists( 'wc_get_order' ) ) {
		return;
	}
	if ( ( Noted::$orders || Noted::$accounts ) && wp_cache_supports( 'flush_runtime' ) ) {
		// Another request, such as a payment provider's, may have changed the order since this one read it.
		wp_cache_flush_runtime();
	}
	foreach ( Noted::$accounts as $id => $event ) {
		attempt( static fn () => report_account( $id, $event ) );
	}
	foreach ( Noted::$orders as $id => $made ) {
		attempt( static fn () => report_order( $id, $made ) );
	}
	Noted::$accounts = array();
	Noted::$orders   = array();
}

/** Whatever goes wrong, the shop's page stays as it is. */
function attempt( callable $report ): void {
	try {
		$report();
	} catch ( \Spread\Exception $error ) {
		wc_get_logger()->error( $error->getMessage(), array( 'source' => 'spread' ) );
	} catch ( Throwable $error ) { // such as a fault in a filter; its message may hold customer data
		$place = get_class( $error ) . ' in ' . $error->getFile() . ':' . $error->getLine();
		wc_get_logger()->error( "a report to SPREAD was not made: $place", array( 'source' => 'spread' ) );
	}
}

/**
 * The fields that orders and accounts share.
 *
 * @param \WC_Order|\WC_Customer $customer
 */
function customer_fields( object $customer ): array {
	return array(
		'customer_name'      => $customer->get_billing_last_name(),
		'customer_firstname' => $customer->get_billing_first_name(),
		'customer_address'   => $customer->get_billing_address_1(),
		'customer_address2'  => $customer->get_billing_address_2(),
		'customer_cp'        => $customer->get_billing_postcode(),
		'customer_city'      => $customer->get_billing_city(),
		'customer_country'   => $customer->get_billing_country(),
		'customer_tel'       => $customer->get_billing_phone(),
		'customer_company'   => $customer->get_billing_company(),
	);
}

/**
 * The fields as SPREAD takes them: plain text where WordPress stores "A &amp; B", and no empty ones. A sign-up knows
 * little more than the e-mail address, and must not empty the profile that an earlier order has filled.
 */
function plain( array $fields ): array {
	array_walk_recursive(
		$fields,
		static function ( &$value ): void {
			$value = html_entity_decode( (string) $value, ENT_QUOTES | ENT_HTML5, 'UTF-8' );
		}
	);
	return array_filter( $fields, static fn ( $value ) => '' !== $value && array() !== $value );
}

/**
 * SPREAD's cookie, which links the customer to the visits of a browser. It is the customer's only when the customer
 * is logged in, or nobody is: an employee's cookie would make SPREAD take the employee's visits for the customer's.
 * Scheduled tasks can run in the request of any visitor.
 */
function visitor_cookie( int $customer_id ): array {
	$is_theirs = in_array( get_current_user_id(), array( 0, $customer_id ), true ) && ! wp_doing_cron();
	if ( ! $is_theirs || ! isset( $_COOKIE['sbt'] ) || ! is_string( $_COOKIE['sbt'] ) ) {
		return array();
	}
	return array( 'customer_cookie' => sanitize_text_field( wp_unslash( $_COOKIE['sbt'] ) ) );
}
