<?php

namespace Spread\Polyfill;

/** The code that called, as an extension sees it. */
final class Caller
{
    /** @return array[] a trace without arguments that starts with the function or method that was called */
    public static function frames()
    {
        $directory = dirname(__DIR__) . DIRECTORY_SEPARATOR;
        $frames = debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS);
        foreach ($frames as $number => $frame) {
            if (!isset($frame['file']) || strncmp($frame['file'], $directory, strlen($directory)) !== 0) {
                return array_slice($frames, $number);
            }
        }
        return [];
    }

    /**
     * Gives an exception the place of the call and a trace that starts there, without arguments:
     * spread_last_error() would keep the caller's locks and transactions alive, and traces are logged.
     *
     * @param \Exception|\Error $exception
     * @return \Exception|\Error
     */
    public static function place($exception)
    {
        $frames = self::frames();
        $places = array_filter($frames, static function ($frame) {
            return isset($frame['file']);
        });
        $place = reset($places);
        $facts = ['trace' => $frames] + ($place === false ? [] : ['file' => $place['file'], 'line' => $place['line']]);
        self::set($exception, $facts);
        return $exception;
    }

    /** Sets what no code may set: properties of an exception. */
    public static function set($exception, array $facts)
    {
        foreach ($facts as $name => $value) {
            $property = new \ReflectionProperty($exception instanceof \Exception ? 'Exception' : 'Error', $name);
            if (PHP_VERSION_ID < 80100) {
                $property->setAccessible(true);
            }
            $property->setValue($exception, $value);
        }
    }

    /** @return string|null the class whose private properties the calling code sees */
    public static function scope()
    {
        $inherits = ['include', 'include_once', 'require', 'require_once', 'eval'];
        foreach (array_slice(self::frames(), 1) as $frame) {
            $function = $frame['function'];
            if (isset($frame['class'])) {
                return $frame['class'];
            }
            $isInternal = function_exists($function) && (new \ReflectionFunction($function))->isInternal();
            if (!$isInternal && !in_array($function, $inherits, true)) {
                return null;
            }
        }
        return null;
    }
}
