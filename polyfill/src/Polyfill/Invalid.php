<?php

namespace Spread\Polyfill;

/** A text that is not a value of its setting. */
final class Invalid
{
    /** Follows "must be". */
    public $expected;

    public function __construct($expected)
    {
        $this->expected = $expected;
    }
}
