<?php
/*
 * PHP's own errors where that PHP does not have them, so that `catch (\ValueError $error)` works on each
 * PHP. PHP 7 has TypeError, PHP 5.6 neither.
 */

if (!class_exists('Error')) {
    class Error extends LogicException
    {
    }
}
if (!class_exists('TypeError')) {
    class TypeError extends Error
    {
    }
}
if (!class_exists('ValueError')) {
    class ValueError extends Error
    {
    }
}
