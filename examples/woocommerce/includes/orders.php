<?php
/**
 * Orders: the first report of an order is createOrder, each later one updateOrder.
 */

namespace Spread_WooCommerce;

use WC_Order;
use WC_Order_Refund;

defined( 'ABSPATH' ) || exit;

/**
 * WooCommerce's statuses and SPREAD's states. A status that is not here is not reported: drafts (auto-draft,
 * checkout-draft), the trash, and other plugins' statuses until the filter spread_woocommerce_states adds them.
 */
const STATES = array(
	'pending'    => 10,
	'on-hold'    => 10,
	'processing' => 20,
	'completed'  => 100, // 50 in a shop that completes orders when they leave
	'cancelled'  => 0,
	'failed'     => 0,
	'refunded'   => 0,
);

/** A new order in one of these may be an abandoned checkout. SPREAD hears of it when it leaves them. */
const NOT_PLACED = array( 'pending', 'failed', 'cancelled' );

const DRAFTS = array( 'auto-draft', 'checkout-draft', 'draft', 'new' );

/** The order's meta entry: "new", or the last report as "id state amount". Copies of an order may carry it along. */
const REPORTED = '_spread_reported';

add_action( 'woocommerce_new_order', __NAMESPACE__ . '\note_new_order' );
add_action( 'woocommerce_order_status_changed', __NAMESPACE__ . '\note_status', 10, 2 );
add_action( 'woocommerce_order_refunded', __NAMESPACE__ . '\note_order' );
add_filter( 'woocommerce_pre_delete_order_refund', __NAMESPACE__ . '\note_deleted_refund', 10, 2 );

function note_new_order( $id ): void {
	Noted::$orders[ (int) $id ] = true;
}

/** For WooCommerce 8, which fires woocommerce_new_order for no draft that is placed. */
function note_status( $id, $from ): void {
	in_array( $from, DRAFTS, true ) ? note_new_order( $id ) : note_order( $id );
}

function note_order( $id ): void {
	Noted::$orders[ (int) $id ] ??= false;
}

/** The hook woocommerce_refund_deleted is silent when the REST API deletes a refund. */
function note_deleted_refund( $instead, WC_Order_Refund $refund ) {
	note_order( $refund->get_parent_id() );
	return $instead;
}

/** @throws \Spread\Exception When SPREAD does not have the report, and no outbox keeps it. */
function report_order( int $id, bool $made ): void {
	$order = wc_get_order( $id );
	if ( ! $order instanceof WC_Order || 'shop_order' !== $order->get_type() ) {
		return; // deleted, or a subscription
	}
	$states = apply_filters( 'spread_woocommerce_states', STATES );
	$state  = $states[ $order->get_status() ] ?? null;
	if ( null === $state ) {
		return;
	}

	$reported = (string) $order->get_meta( REPORTED );
	$is_new   = ( $made && ! str_starts_with( $reported, "$id " ) ) || 'new' === $reported;
	if ( $is_new && in_array( $order->get_status(), NOT_PLACED, true ) ) {
		remember( $order, 'new' );
		return;
	}
	$data = order_data( $order, $state );
	if ( ! isset( $data['customer_email'] ) && ! isset( $data['external_id'] ) ) {
		remember( $order, $is_new ? 'new' : $reported );
		return; // an employee's order for nobody in particular
	}
	$report = "$id $state {$data['order_amount']}";
	if ( $report === $reported ) {
		return;
	}

	$request = array( 'order_idorder' => $data['order_idorder'] );
	try {
		$is_new ? client()->createOrder( $data, $request ) : client()->updateOrder( $data, $request );
	} catch ( \Spread\Exception $error ) {
		remember( $order, $is_new ? 'new' : $reported );
		throw $error;
	}
	remember( $order, $report );
}

function remember( WC_Order $order, string $report ): void {
	if ( $report !== (string) $order->get_meta( REPORTED ) ) {
		$order->update_meta_data( REPORTED, $report );
		$order->save_meta_data();
	}
}

function order_data( WC_Order $order, int $state ): array {
	$customer_id = $order->get_customer_id();
	$user        = $customer_id ? get_userdata( $customer_id ) : false;
	// A refunded order has nothing left: its amount is what was cancelled.
	$amount = (float) $order->get_total() - ( 0 === $state ? 0.0 : (float) $order->get_total_refunded() );
	$data   = array(
		'action'             => 'order',
		// The account's address, not the bill's: one customer is one profile.
		'customer_email'     => $user ? $user->user_email : $order->get_billing_email(),
		'external_id'        => $customer_id ?: '', // 0 would make one profile of all guests
	) + customer_fields( $order ) + array(
		'order_idorder'      => $order->get_id(),
		'order_state'        => $state,
		'order_amount'       => number_format( $amount, wc_get_price_decimals(), '.', '' ),
		'order_crea_dt'      => gmdate( 'Y-m-d H:i:s', $order->get_date_created()?->getTimestamp() ?? time() ),
		'product_attributes' => array_map( __NAMESPACE__ . '\product_attributes', array_values( $order->get_items() ) ),
	);
	return apply_filters( 'spread_woocommerce_order', plain( $data ) + visitor_cookie( $customer_id ), $order );
}

/**
 * @param \WC_Order_Item_Product $item
 * @return list<string>
 */
function product_attributes( object $item ): array {
	$attributes = array( 'product:' . $item->get_name() );
	$product    = $item->get_product();
	if ( ! $product ) {
		return $attributes; // deleted since
	}
	if ( '' !== $product->get_sku() ) {
		$attributes[] = 'sku:' . $product->get_sku();
	}
	foreach ( $product->is_type( 'variation' ) ? $product->get_attributes() : array() as $name => $value ) {
		$value = $item->get_meta( $name ) ?: $value; // the customer's choice where the variation allows any
		if ( is_string( $value ) && '' !== $value ) {
			$attributes[] = preg_replace( '/^pa_/', '', $name ) . ':' . $value;
		}
	}
	return $attributes;
}
