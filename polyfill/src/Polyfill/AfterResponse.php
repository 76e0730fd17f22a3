<?php

namespace Spread\Polyfill;

/**
 * spread.delivery = after_response: what is sent when the request has ended and the page has left.
 *
 *     call -> postpone -> true
 *     shutdown functions: close the session -> hand the response over -> send, in the sequence of the calls
 */
final class AfterResponse
{
    // A script that reports many orders must not fill the memory, and one that runs for long has no end near.
    const LIMIT = 1000;
    const SIZE_LIMIT = 33554432;
    const AGE_LIMIT = 60;

    /** @var Postponed[] */
    private static $postponed = [];
    private static $size = 0;
    private static $owner = null;
    /** @var self|null its destructor sends what is left when a shutdown function of the shop exits or throws */
    private static $guard = null;
    private static $hasEnded = false;
    private static $hasHandedOver = false;

    /** Destructors run when the shutdown functions are over: nothing would be sent later. */
    public static function isInRequest()
    {
        return !self::$hasEnded;
    }

    /** Whether the response has left, and with it what php-fpm logs. */
    public static function hasHandedOver()
    {
        return self::$hasHandedOver;
    }

    public static function postpone(Postponed $order)
    {
        self::forgetAfterFork();
        $isFull = count(self::$postponed) >= self::LIMIT || self::$size >= self::SIZE_LIMIT;
        if ($isFull || (self::$postponed !== [] && $order->begun - self::$postponed[0]->begun >= self::AGE_LIMIT)) {
            self::sendAll();
        }
        self::$postponed[] = $order;
        self::$size += strlen($order->body);
        if (self::$guard === null) {
            self::$guard = new self();
            register_shutdown_function([__CLASS__, 'shutDown']);
        }
    }

    /** A call that sends at once must not overtake an earlier one about the same order. */
    public static function sendBefore(Postponed $order)
    {
        self::forgetAfterFork();
        foreach (self::$postponed as $earlier) {
            if ($earlier->isInSequenceWith($order)) {
                self::sendAll();
                return;
            }
        }
    }

    /** Goes to the end of the shutdown functions: the shop's may report orders. */
    public static function shutDown()
    {
        register_shutdown_function([__CLASS__, 'end']);
    }

    public function __destruct()
    {
        self::end();
    }

    public static function end()
    {
        self::forgetAfterFork();
        if (self::$postponed === []) {
            self::$hasEnded = true;
            return;
        }
        try {
            if (session_status() === PHP_SESSION_ACTIVE) {
                session_write_close();
            }
        } finally {
            self::handOver();
            self::$hasEnded = true;
            self::sendAll();
        }
    }

    private static function handOver()
    {
        foreach (['fastcgi_finish_request', 'litespeed_finish_request'] as $function) {
            if (function_exists($function)) {
                ignore_user_abort(true);
                $function();
                self::$hasHandedOver = true;
                return;
            }
        }
    }

    /** Sends all within one spread.timeout, the first one's. */
    private static function sendAll()
    {
        $orders = self::$postponed;
        self::$postponed = [];
        self::$size = 0;
        if ($orders === []) {
            return;
        }
        $deadline = microtime(true) + $orders[0]->settings->timeout;
        foreach ($orders as $order) {
            $order->send($deadline - microtime(true));
        }
    }

    /** A child that is forked in the request leaves the orders to its parent. */
    private static function forgetAfterFork()
    {
        if (self::$owner !== getmypid()) {
            self::$owner = getmypid();
            self::$postponed = [];
            self::$size = 0;
        }
    }
}
