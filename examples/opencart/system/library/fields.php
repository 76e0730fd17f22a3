<?php
namespace Opencart\System\Library\Extension\Spread;
/**
 * Class Fields
 *
 * SPREAD's documented arrays, made of OpenCart's records.
 */
class Fields {
	/**
	 * SPREAD's state of each order status of a new shop. The settings page can change them and adds the shop's own
	 * statuses, which are 10 until then.
	 */
	public const STATES = [
		1  => 10,  // Pending
		2  => 20,  // Processing
		15 => 20,  // Processed
		9  => 20,  // Canceled Reversal: the payment stays
		3  => 50,  // Shipped
		5  => 100, // Complete
		7  => 0,   // Canceled
		8  => 0,   // Denied
		10 => 0,   // Failed
		11 => 0,   // Refunded
		12 => 0,   // Reversed
		13 => 0,   // Chargeback
		14 => 0,   // Expired
		16 => 0    // Voided
	];

	/**
	 * State
	 *
	 * @param int               $order_status_id 0 is a draft: a checkout that was not confirmed
	 * @param array<int, mixed> $states          of the settings page
	 *
	 * @return ?int null for a draft
	 */
	public static function state(int $order_status_id, array $states = []): ?int {
		if (!$order_status_id) {
			return null;
		}

		return (int)($states[$order_status_id] ?? self::STATES[$order_status_id] ?? 10);
	}

	/**
	 * Order
	 *
	 * @param array<string, mixed>             $order    of the model's getOrder()
	 * @param array<string, mixed>             $customer of the model's getCustomer(), empty for a guest
	 * @param array<int, array<string, mixed>> $products of the order, each with its options
	 *
	 * @return array<string, mixed> without order_state
	 */
	public static function order(array $order, array $customer = [], array $products = []): array {
		$data = [
			'action'             => 'order',
			'customer_email'     => $order['email'],
			'customer_name'      => $order['lastname'],
			'customer_firstname' => $order['firstname'],
			'customer_tel'       => $order['telephone'],
			'customer_lang'      => self::language((string)($order['language_code'] ?? '')) // OpenCart 4.0 has none
		];

		// A guest has the id 0: SPREAD would take all guests for one customer.
		if ($order['customer_id']) {
			$data['external_id'] = (string)$order['customer_id'];
		}

		if ($customer) {
			$data['customer_isoptin'] = $customer['newsletter'] ? '1' : '0';
		}

		// A shop can do without a payment address.
		$type = $order['payment_address_1'] ? 'payment_' : 'shipping_';

		$data += self::address([
			'company'    => $order[$type . 'company'],
			'address_1'  => $order[$type . 'address_1'],
			'address_2'  => $order[$type . 'address_2'],
			'postcode'   => $order[$type . 'postcode'],
			'city'       => $order[$type . 'city'],
			'iso_code_2' => $order[$type . 'iso_code_2']
		]);

		$data['order_idorder'] = (string)$order['order_id'];
		$data['order_amount'] = round((float)$order['total'], 2);
		// The database has the shop's time zone, SPREAD wants UTC.
		$data['order_crea_dt'] = gmdate('Y-m-d H:i:s', (int)strtotime($order['date_added']));

		foreach ($products as $product) {
			$attributes = ['model:' . $product['model']];

			foreach ($product['option'] as $option) {
				$attributes[] = $option['name'] . ':' . $option['value'];
			}

			$data['product_attributes'][] = $attributes;
		}

		return self::clean($data);
	}

	/**
	 * Account
	 *
	 * @param array<string, mixed> $customer of the model's getCustomer()
	 * @param array<string, mixed> $address  of the model's getAddresses(), empty when there is none
	 * @param string               $action   signup, login or update
	 * @param string               $language the code of the page
	 *
	 * @return array<string, mixed>
	 */
	public static function account(array $customer, array $address, string $action, string $language): array {
		return self::clean([
			'action'             => $action,
			'customer_email'     => $customer['email'],
			'external_id'        => (string)$customer['customer_id'],
			'customer_name'      => $customer['lastname'],
			'customer_firstname' => $customer['firstname'],
			'customer_tel'       => $customer['telephone'],
			'customer_isoptin'   => $customer['newsletter'] ? '1' : '0',
			'customer_lang'      => self::language($language)
		] + ($address ? self::address($address) : []));
	}

	/**
	 * @param array<string, mixed> $address
	 *
	 * @return array<string, mixed>
	 */
	private static function address(array $address): array {
		return [
			'customer_company'  => $address['company'],
			'customer_address'  => $address['address_1'],
			'customer_address2' => $address['address_2'],
			'customer_cp'       => $address['postcode'],
			'customer_city'     => $address['city'],
			'customer_country'  => $address['iso_code_2']
		];
	}

	/**
	 * en-gb to en_GB
	 */
	private static function language(string $code): string {
		return preg_match('/^([a-z]{2})-([a-z]{2})$/i', $code, $part) ? strtolower($part[1]) . '_' . strtoupper($part[2]) : '';
	}

	/**
	 * OpenCart stores text escaped for HTML. What is empty says nothing, and would erase what SPREAD knows.
	 *
	 * @param array<string, mixed> $data
	 *
	 * @return array<string, mixed>
	 */
	private static function clean(array $data): array {
		array_walk_recursive($data, function(mixed &$value): void {
			if (is_string($value)) {
				$value = html_entity_decode($value, ENT_QUOTES, 'UTF-8');
			}
		});

		return array_filter($data, fn(mixed $value): bool => $value !== '' && $value !== null);
	}
}
