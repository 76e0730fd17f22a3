<?php

namespace Spread\Polyfill;

/** A value that the rules do not look into. */
final class Unread
{
    /** An object: no rule accepts one. */
    const OTHER = 'other';
    /** It contains itself or is nested too deep: it cannot be sent. */
    const ENDLESS = 'endless';
    /** It is too large, and breaks no rule. */
    const LARGE = 'large';

    public $why;

    public function __construct($why)
    {
        $this->why = $why;
    }

    public static function is($value, $why)
    {
        return $value instanceof self && $value->why === $why;
    }
}
