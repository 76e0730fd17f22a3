<?php

namespace Spread\Polyfill;

/** The text of a setting -> its value, or an Invalid. */
final class Parsers
{
    public static function parse($name, $text)
    {
        switch ($name) {
            case 'endpoint':
                return self::endpoint(trim($text));
            case 'public_key':
                return strpos($text, ':') === false ? self::key($text) : new Invalid('an API key without a colon');
            case 'private_key':
                return self::key($text);
            case 'connect_timeout':
            case 'timeout':
                return self::seconds(trim($text));
            case 'auth':
                return self::word($text, ['auto', 'any', 'basic', 'digest'], 'auto, any, basic or digest');
            case 'max_redirects':
                $text = trim($text);
                return preg_match('/^\+?0*[0-9]{1,4}$/D', $text) && (int) $text <= 1000
                    ? (int) $text
                    : new Invalid('a whole number from 0 to 1000');
            case 'proxy':
                return $text === '' || Proxy::parse($text) !== null ? $text : new Invalid(Proxy::EXPECTED);
            case 'error_mode':
                return self::word($text, ['silent', 'warning', 'exception'], 'silent, warning or exception');
            case 'delivery':
                return self::word($text, ['direct', 'after_response', 'deferred'], 'direct, after_response or deferred');
            case 'log_failures':
            case 'circuit_breaker':
                return self::onOrOff(Text::lower(trim($text)));
            case 'log':
                return $text === '' || $text === 'syslog' || preg_match('~^(/|[A-Za-z]:[/\\\\])~', $text)
                    ? $text
                    : new Invalid('empty, syslog or an absolute path');
            case 'outbox':
                return self::outbox($text);
            default:
                return $text;
        }
    }

    /** Whether a text is a number as the settings spell it. */
    public static function isNumber($text)
    {
        return (bool) preg_match('/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/D', $text);
    }

    private static function endpoint($text)
    {
        $url = Url::parse($text);
        if ($url === null) {
            return new Invalid('an http:// or https:// URL such as https://social-sb.com/api/updateOrder');
        }
        if (Url::hasUser($text)) {
            return new Invalid(
                'an http:// or https:// URL with no user in it; the keys belong in spread.public_key and spread.private_key'
            );
        }
        return $url;
    }

    /** Without the line ends after it, which a key that a file held often has. */
    private static function key($text)
    {
        $key = rtrim($text, "\r\n");
        return preg_match('/[\x00-\x1f\x7f]/', $key)
            ? new Invalid('an API key without line breaks, tabs or other control characters')
            : $key;
    }

    private static function seconds($text)
    {
        $seconds = self::isNumber($text) ? (float) $text : 0.0;
        return $seconds > 5e-10 && $seconds <= 86400
            ? $seconds
            : new Invalid('a number of seconds above 0 and at most 86400, such as 10 or 0.5');
    }

    /** Kept as it is: there is none without the extension. */
    private static function outbox($text)
    {
        if ($text === '' || preg_match('~^(sqlite:/.|mysql://[^/@]+@[^/?]+/[^/?]+)~', $text)) {
            return $text;
        }
        return new Invalid(
            strncmp($text, 'mysql:', 6) === 0
                ? 'mysql://user:password@host:3306/database, optionally with ?ssl-mode= (disabled, preferred, required,'
                    . ' verify-ca or verify-identity), ssl-ca= or socket=; special characters are percent-encoded'
                : 'sqlite:/absolute/path/outbox.db or mysql://user:password@host:3306/database, or empty'
        );
    }

    private static function word($text, array $words, $expected)
    {
        return in_array($text, $words, true) ? $text : new Invalid($expected);
    }

    private static function onOrOff($text)
    {
        if (in_array($text, ['1', 'on', 'yes', 'true'], true)) {
            return true;
        }
        return in_array($text, ['', '0', 'off', 'no', 'false', 'none'], true) ? false : new Invalid('1 or 0');
    }
}
