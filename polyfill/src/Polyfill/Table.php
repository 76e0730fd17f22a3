<?php

namespace Spread\Polyfill;

/** The tables that the extension is made of: methods, settings, fields, rules, countries. */
final class Table
{
    private static $tables;

    public static function get($name)
    {
        if (self::$tables === null) {
            self::$tables = require __DIR__ . '/tables.php';
        }
        return self::$tables[$name];
    }
}
