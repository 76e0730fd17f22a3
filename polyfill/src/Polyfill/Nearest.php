<?php

namespace Spread\Polyfill;

/** The documented field that an unknown name probably stands for. */
final class Nearest
{
    /** The longest name that is looked at, in characters. */
    const LONGEST = 64;

    /** @return string|null the path of the nearest field in the same array, or of the same name in the other */
    public static function field($noun, $array, $name)
    {
        if (strlen($name) > 4 * self::LONGEST || !Text::isUtf8($name) || count(Text::characters($name)) > self::LONGEST) {
            return null;
        }
        $name = self::snakeCase($name);
        $here = self::documented($noun, $array);
        foreach (array_merge($here, self::documented($noun)) as $field) {
            if ($field[1] === $name) {
                return "$field[0].$field[1]";
            }
        }
        $length = count(Text::characters($name));
        $least = max((int) ($length / 3), 2) + 1;
        $nearest = null;
        foreach ($here as $field) {
            $distance = self::distanceToField($name, $field[1]);
            if ($distance < $least) {
                list($least, $nearest) = [$distance, $field];
            }
        }
        if ($nearest === null && $length >= 5) {
            $longer = array_values(array_filter($here, static function ($field) use ($name) {
                return strncmp($field[1], $name, strlen($name)) === 0;
            }));
            $nearest = count($longer) === 1 ? $longer[0] : null;
        }
        return $nearest === null ? null : "$nearest[0].$nearest[1]";
    }

    /** In lower case; beyond ASCII only where PHP has mbstring. */
    public static function lower($text)
    {
        return function_exists('mb_strtolower') ? mb_strtolower($text, 'UTF-8') : Text::lower($text);
    }

    private static function documented($noun, $array = null)
    {
        return array_values(array_filter(Table::get('fields'), static function ($field) use ($noun, $array) {
            return $field[5] && ($noun === 'order' || !$field[3]) && ($array === null || $field[0] === $array);
        }));
    }

    /** `customerEmail`, `Customer-Email` and `customer email` as `customer_email`. */
    private static function snakeCase($name)
    {
        return self::lower(preg_replace(['/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u', '/[-. ]/'], '_', $name));
    }

    /** To the name, or to the name without customer_ or order_ plus one. */
    private static function distanceToField($name, $field)
    {
        $distance = self::distance($name, $field);
        $bare = preg_replace('/^(customer|order)_/', '', $field);
        return $bare === $field ? $distance : min($distance, self::distance($name, $bare) + 1);
    }

    /** How many characters to insert, drop, replace or swap with the next one (optimal string alignment). */
    private static function distance($from, $to)
    {
        $from = Text::characters($from);
        $to = Text::characters($to);
        $rows = [range(0, count($to))];
        foreach ($from as $i => $a) {
            $row = [$i + 1];
            foreach ($to as $j => $b) {
                $row[] = min($rows[$i][$j + 1] + 1, $row[$j] + 1, $rows[$i][$j] + ($a === $b ? 0 : 1));
                if ($i > 0 && $j > 0 && $a === $to[$j - 1] && $from[$i - 1] === $b) {
                    $row[$j + 1] = min($row[$j + 1], $rows[$i - 1][$j - 1] + 1);
                }
            }
            $rows[] = $row;
        }
        return $rows[count($from)][count($to)];
    }
}
