<?php

namespace Spread\Polyfill;

/** The id of an order or an account, by which messages know it; empty when it has none. */
final class Subject
{
    /** @param Settings|null $settings null when they do not parse */
    public static function id($noun, array $data, array $request, $settings)
    {
        if ($noun === 'order') {
            $id = self::asSent($request, 'order_idorder');
            return $id !== '' ? $id : self::asSent($data, 'order_idorder');
        }
        $id = self::asSent($data, 'external_id');
        // Every guest of some shops has the external_id 0.
        if ($settings === null || ($id !== '' && $id !== '0')) {
            return $id;
        }
        $address = Text::lower(trim(self::asSent($data, 'customer_email'), " \t\n\r\x0c"));
        if ($address === '' || $settings->privateKey === '') {
            return '';
        }
        // Keyed, so that a list of addresses does not reveal it.
        return 'email:' . substr(hash_hmac('sha256', $address, $settings->privateKey), 0, 32);
    }

    private static function asSent(array $fields, $name)
    {
        $value = isset($fields[$name]) ? $fields[$name] : '';
        return is_string($value) || is_int($value) || is_float($value) ? (string) $value : '';
    }
}
