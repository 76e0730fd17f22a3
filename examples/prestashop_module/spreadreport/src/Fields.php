<?php
/**
 * SPREAD's documented arrays, made of PrestaShop's objects.
 */

declare(strict_types=1);

namespace SpreadReport;

use Address;
use Configuration;
use Country;
use Customer;
use Db;
use Gender;
use Language;
use Order;
use OrderState;
use Validate;

final class Fields
{
    private const STATES = [
        'PS_OS_CANCELED' => 0,
        'PS_OS_REFUND' => 0,
        'PS_OS_ERROR' => 0,
        'PS_OS_DELIVERED' => 100,
    ];

    /** A shop's own statuses have no name in the configuration: their flags decide. */
    public static function state(OrderState $status): int
    {
        foreach (self::STATES as $name => $state) {
            if ((int) $status->id === (int) Configuration::get($name)) {
                return $state;
            }
        }
        if ($status->shipped) {
            return 50;
        }

        return $status->paid ? 20 : 10;
    }

    /** @return array<string, mixed> */
    public static function order(Order $order, int $state): array
    {
        $attributes = [];
        foreach ($order->getProducts() as $product) {
            $attributes[] = ['reference:' . $product['product_reference'], 'name:' . $product['product_name']];
        }

        return self::withoutEmpty(
            ['action' => 'order']
            + self::customer(new Customer((int) $order->id_customer), (int) $order->id_lang)
            + self::address(new Address((int) $order->id_address_invoice))
            + [
                'order_idorder' => (string) $order->id,
                'order_state' => $state,
                // An order has the customer's currency; one CRM needs amounts in one, the shop's.
                'order_amount' => round((float) $order->total_paid / ((float) $order->conversion_rate ?: 1.0), 2),
                // PrestaShop stores the time of its time zone, SPREAD wants UTC.
                'order_crea_dt' => gmdate('Y-m-d H:i:s', (int) strtotime($order->date_add)),
                'product_attributes' => $attributes,
            ]
        );
    }

    /** @return array<string, mixed> */
    public static function account(Customer $customer, string $action): array
    {
        return self::withoutEmpty(
            ['action' => $action]
            + self::customer($customer, (int) $customer->id_lang)
            + self::address(new Address(self::firstAddress((int) $customer->id)))
        );
    }

    /** Address::getFirstCustomerAddressId() remembers for the whole request that there was none. */
    private static function firstAddress(int $idCustomer): int
    {
        return (int) Db::getInstance()->getValue(
            'SELECT `id_address` FROM `' . _DB_PREFIX_ . 'address` WHERE `id_customer` = ' . $idCustomer
            . ' AND `deleted` = 0 AND `active` = 1 ORDER BY `id_address`',
            false
        );
    }

    private static function customer(Customer $customer, int $idLang): array
    {
        $gender = new Gender((int) $customer->id_gender);

        return [
            'customer_email' => $customer->email,
            // Each order of a guest has another customer's id.
            'external_id' => $customer->is_guest ? '' : (string) $customer->id,
            'customer_name' => $customer->lastname,
            'customer_firstname' => $customer->firstname,
            'customer_isoptin' => $customer->newsletter ? '1' : '0',
            'customer_gender' => Validate::isLoadedObject($gender) ? ['male', 'female'][(int) $gender->type] ?? '' : '',
            'customer_birthday' => str_starts_with((string) $customer->birthday, '0000') ? '' : (string) $customer->birthday,
            'customer_lang' => strtr((string) (new Language($idLang))->locale, '-', '_'),
        ];
    }

    private static function address(Address $address): array
    {
        return [
            'customer_company' => $address->company,
            'customer_address' => $address->address1,
            'customer_address2' => $address->address2,
            'customer_cp' => $address->postcode,
            'customer_city' => $address->city,
            'customer_country' => (string) Country::getIsoById((int) $address->id_country),
            'customer_tel' => $address->phone,
            'customer_mobile' => $address->phone_mobile,
        ];
    }

    private static function withoutEmpty(array $data): array
    {
        return array_filter($data, static fn ($value): bool => $value !== '' && $value !== null && $value !== []);
    }
}
