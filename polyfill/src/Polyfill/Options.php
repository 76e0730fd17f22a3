<?php

namespace Spread\Polyfill;

/** The arguments of a client's constructor -> its settings. */
final class Options
{
    /** @throws \ValueError|\TypeError|\Spread\ConfigurationException */
    public static function settings($publicKey, $privateKey, array $options)
    {
        $given = [
            'public_key' => self::key(1, 'publicKey', $publicKey),
            'private_key' => self::key(2, 'privateKey', $privateKey),
        ];
        foreach ($options as $name => $value) {
            $given[$name] = self::option($name, $value);
        }
        $key = Parsers::parse('public_key', $given['public_key']);
        if ($key instanceof Invalid) {
            throw Caller::place(new \ValueError(self::argument(1, 'publicKey') . "must be $key->expected"));
        }
        try {
            $settings = Settings::load($given);
            $settings->requireKeys();
            return $settings;
        } catch (Failure $failure) {
            $report = new Report('order', '', true);
            $report->failed($failure, null);
        }
    }

    private static function option($name, $value)
    {
        $known = array_filter(Table::get('settings'), static function ($setting) {
            return $setting[1] !== null;
        });
        if (!isset($known[$name])) {
            $shown = preg_replace('/[\x{0}-\x{1f}\x{7f}-\x{9f}]/u', '', Text::utf8((string) $name));
            throw Caller::place(new \ValueError(self::argument(3, 'options') . 'holds an unknown option "'
                . Text::oneLine($shown, 64) . '"; the options are ' . implode(', ', array_keys($known))));
        }
        $isNumber = $known[$name][1] === 'number';
        $text = self::asText($isNumber, $value);
        if ($text === null) {
            throw Caller::place(new \TypeError(self::argument(3, 'options') . "holds \"$name\", which must be of type "
                . ($isNumber ? 'int|float' : 'string') . ', ' . self::typeOf($value) . ' given'));
        }
        $parsed = Parsers::parse($name, $text);
        if ($parsed instanceof Invalid) {
            throw Caller::place(new \ValueError(self::argument(3, 'options') . "holds \"$name\", which must be $parsed->expected"));
        }
        return $text;
    }

    private static function asText($isNumber, $value)
    {
        if (!$isNumber) {
            return is_string($value) ? $value : null;
        }
        if (is_int($value)) {
            return (string) $value;
        }
        if (is_float($value)) {
            return Text::number($value);
        }
        return is_string($value) && Parsers::isNumber(trim($value)) ? $value : null;
    }

    private static function key($number, $name, $value)
    {
        if (!is_string($value) && !is_int($value) && !is_float($value)) {
            throw Caller::place(new \TypeError(self::argument($number, $name) . 'must be of type string, ' . self::typeOf($value) . ' given'));
        }
        return (string) $value;
    }

    private static function argument($number, $name)
    {
        return "Spread\\Client::__construct(): Argument #$number (\$$name) ";
    }

    private static function typeOf($value)
    {
        $names = ['NULL' => 'null', 'boolean' => 'bool', 'integer' => 'int', 'double' => 'float', 'unknown type' => 'null'];
        $type = gettype($value);
        return isset($names[$type]) ? $names[$type] : strtok($type, ' ');
    }
}
