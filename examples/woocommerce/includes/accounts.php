<?php
/**
 * Accounts: a sign-up is createAccount; a log-in, and a change of what SPREAD knows, is updateAccount.
 */

namespace Spread_WooCommerce;

use WC_Customer;

defined( 'ABSPATH' ) || exit;

/** The roles of customers. Employees' accounts are not reported. */
const ROLES = array( 'customer', 'subscriber' );

/** The user option with a keyed hash of the last report. */
const ACCOUNT_REPORTED = 'spread_reported';

add_action( 'user_register', __NAMESPACE__ . '\note_sign_up' );
add_action( 'wp_login', __NAMESPACE__ . '\note_log_in', 10, 2 );
add_action( 'profile_update', __NAMESPACE__ . '\note_account' ); // the name, the e-mail address
add_action( 'woocommerce_update_customer', __NAMESPACE__ . '\note_account' ); // a checkout, the REST API
add_action( 'woocommerce_customer_save_address', __NAMESPACE__ . '\note_account' ); // "My account", the back office

function note_sign_up( $id ): void {
	Noted::$accounts[ (int) $id ] = 'created';
}

function note_log_in( $login, $user = null ): void {
	if ( $user instanceof \WP_User && 'created' !== ( Noted::$accounts[ $user->ID ] ?? '' ) ) {
		Noted::$accounts[ $user->ID ] = 'logged in';
	}
}

function note_account( $id ): void {
	Noted::$accounts[ (int) $id ] ??= 'changed';
}

/** @throws \Spread\Exception When SPREAD does not have the report, and no outbox keeps it. */
function report_account( int $id, string $event ): void {
	$user = get_userdata( $id );
	if ( ! $user || ! array_intersect( ROLES, $user->roles ) ) {
		return;
	}
	$customer = new WC_Customer( $id );
	$data     = account_data( $customer );
	$report   = wp_hash( wp_json_encode( $data ) );
	if ( 'changed' === $event && get_user_option( ACCOUNT_REPORTED, $id ) === $report ) {
		return; // saved without a change
	}

	$data += visitor_cookie( $id );
	if ( 'created' === $event ) {
		client()->createAccount( $data + array( 'action' => 'signup' ) );
	} else {
		client()->updateAccount( $data );
	}
	update_user_option( $id, ACCOUNT_REPORTED, $report );
}

function account_data( WC_Customer $customer ): array {
	$locale = get_user_locale( $customer->get_id() );
	$data   = array(
		'customer_email'     => $customer->get_email(),
		'external_id'        => $customer->get_id(),
		'customer_lang'      => preg_match( '/^[a-z]{2}_[A-Z]{2}/', $locale, $found ) ? $found[0] : '',
		'customer_name'      => $customer->get_last_name(),
		'customer_firstname' => $customer->get_first_name(),
	);
	// A customer who has only ever filled in an address has its names.
	$data = plain( $data ) + plain( customer_fields( $customer ) );
	return apply_filters( 'spread_woocommerce_account', $data, $customer );
}
