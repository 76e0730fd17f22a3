<?php

namespace Spread\Polyfill;

/** Countries and languages as the API documents them, FR and fr_FR, and what a shop probably means instead. */
final class Places
{
    public static function isCountry($text)
    {
        return in_array($text, Table::get('countries'), true);
    }

    /** @return string|null */
    public static function countryMeant($text)
    {
        $text = self::trim($text);
        $code = strtoupper($text);
        if (strlen($text) === 2 && self::isCountry($code)) {
            return $code;
        }
        $names = Table::get('country_names');
        $name = Nearest::lower($text);
        return isset($names[$name]) ? $names[$name] : null;
    }

    public static function isLanguage($text)
    {
        return (bool) preg_match('/^[a-z]{2}_([A-Z]{2})$/D', $text, $parts) && self::isCountry($parts[1]);
    }

    /** @return string|null */
    public static function languageMeant($text)
    {
        $parts = preg_split('/[-_]/', self::trim($text), 2);
        $country = isset($parts[1]) ? self::countryMeant($parts[1]) : null;
        $meant = Nearest::lower($parts[0]) . "_$country";
        return $country !== null && self::isLanguage($meant) ? $meant : null;
    }

    /** Without the blanks of any script around it. */
    private static function trim($text)
    {
        $blank = '[\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+';
        return preg_replace("/^$blank|$blank\$/uD", '', $text);
    }
}
