<?php

namespace Spread\Polyfill;

/** Whether a value, or one in it, is what no field should hold. */
final class Content
{
    public static function isEndless($value)
    {
        return self::any($value, static function ($value) {
            return Unread::is($value, Unread::ENDLESS);
        });
    }

    public static function hasInvalidUtf8($value)
    {
        return self::any($value, static function ($value, $key) {
            return (is_string($value) && !Text::isUtf8($value)) || (is_string($key) && !Text::isUtf8($key));
        });
    }

    /** Whether a text holds an entity of HTML: a shop that stores escaped text has them in names and addresses. */
    public static function isEscaped($value)
    {
        return self::any($value, static function ($value) {
            $entity = '/&(?=[^;]{0,8};)(?:#[xX][0-9A-Fa-f]+|#[0-9]+|[A-Za-z]{2}[A-Za-z0-9]*);/';
            return is_string($value) && preg_match($entity, $value);
        });
    }

    public static function hasEmptyArray($value)
    {
        return self::any($value, static function ($value) {
            return $value === [];
        });
    }

    private static function any($value, \Closure $test, $key = null)
    {
        if ($test($value, $key)) {
            return true;
        }
        if (is_array($value)) {
            foreach ($value as $innerKey => $inner) {
                if (self::any($inner, $test, $innerKey)) {
                    return true;
                }
            }
        }
        return false;
    }
}
