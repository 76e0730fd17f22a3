<?php

namespace Spread\Polyfill;

/** Whether a value is of the kind that its field holds. */
final class Kinds
{
    public static function accepts($kind, $value)
    {
        if (Unread::is($value, Unread::LARGE) || Unread::is($value, Unread::ENDLESS)) {
            return true;
        }
        switch ($kind) {
            case 'Any':
                return true;
            case 'Text':
                return is_scalar($value);
            case 'Email':
                return is_string($value) && self::mayBeEmail($value);
            case 'State':
                return self::isOneOf($value, [0, 10, 20, 50, 100]);
            case 'Number':
                return is_int($value) || (is_float($value) && is_finite($value)) || (is_string($value) && self::isNumeric($value));
            case 'DateTime':
                return is_string($value) && preg_match('/^.{10} ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$/sD', $value)
                    && self::isDate(substr($value, 0, 10));
            case 'Date':
                return self::isDate($value);
            case 'OptIn':
                return is_bool($value) || self::isOneOf($value, [1, 0, -1]);
            case 'Gender':
                return $value === 'male' || $value === 'female';
            case 'Tags':
                return is_string($value) || (is_array($value) && self::areStrings($value));
            case 'CustomFields':
                return is_array($value) && array_filter(array_keys($value), 'is_string') === [];
            case 'Consents':
                return is_array($value) && self::areConsents($value);
            default:
                return is_array($value) && self::areAttributes($value);
        }
    }

    /** Y-m-d, and in the calendar. */
    public static function isDate($value)
    {
        return is_string($value) && preg_match('/^([0-9]{4})-([0-9]{2})-([0-9]{2})$/D', $value, $parts)
            && checkdate((int) $parts[2], (int) $parts[3], (int) $parts[1]);
    }

    /** Whether PHP writes a float without point and exponent (with the usual ini `precision`, 14 or more). */
    public static function isSmallAndWhole($number)
    {
        return floor($number) === $number && abs($number) < 1e14 && (string) $number !== '-0';
    }

    private static function isOneOf($value, array $numbers)
    {
        if (is_float($value)) {
            return self::isSmallAndWhole($value) && in_array((int) $value, $numbers, true);
        }
        return in_array($value, $numbers, true) || (is_string($value) && in_array($value, array_map('strval', $numbers), true));
    }

    /** PHP 8's is_numeric(): PHP 7 takes no blanks after a number. */
    private static function isNumeric($text)
    {
        return (bool) preg_match('/^[ \t\n\r\x0b\x0c]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\r\x0b\x0c]*$/D', $text);
    }

    /** Refuses the common mistakes only: every address in use passes. */
    private static function mayBeEmail($bytes)
    {
        $text = Text::utf8($bytes);
        $at = strrpos($text, '@');
        if ($at === false || strlen($text) > 254) {
            return false;
        }
        $local = (string) substr($text, 0, $at);
        $domain = (string) substr($text, $at + 1);
        $control = '\x{0}-\x{1f}\x{7f}-\x{9f}';
        $blank = '\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}';
        $isQuoted = preg_match("/^\"[^$control]*\"\$/uD", $local);
        if (!$isQuoted && !preg_match("/^[^$control$blank@,;:<>()\\[\\]\\\\\"]+\$/uD", $local)) {
            return false;
        }
        // An address literal, or labels of letters and digits of any script, hyphens and underscores.
        return (bool) preg_match('/^\[[\x21-\x5a\x5c-\x7e]+\]$/D', $domain)
            || (bool) preg_match("/^(?:(?:[A-Za-z0-9_-]|(?![$control$blank])[^\\x{0}-\\x{7f}])+(?:\\.(?!\$)|\$))+\$/uD", $domain);
    }

    private static function isString($value)
    {
        return is_string($value) || Unread::is($value, Unread::LARGE);
    }

    private static function areStrings(array $values)
    {
        return count(array_filter($values, [__CLASS__, 'isString'])) === count($values);
    }

    private static function areConsents(array $consents)
    {
        foreach ($consents as $name => $given) {
            $isGiven = is_bool($given) || in_array($given, [0, 1, '0', '1', 'true', 'false'], true)
                || Unread::is($given, Unread::LARGE);
            if (!is_string($name) || $name === '' || !$isGiven) {
                return false;
            }
        }
        return true;
    }

    private static function areAttributes(array $products)
    {
        foreach ($products as $attributes) {
            $areTexts = is_array($attributes) && self::isList($attributes) && self::areStrings($attributes);
            if (!$areTexts && !Unread::is($attributes, Unread::LARGE)) {
                return false;
            }
        }
        return self::isList($products);
    }

    private static function isList(array $values)
    {
        return $values === [] || array_keys($values) === range(0, count($values) - 1);
    }
}
