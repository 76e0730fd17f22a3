<?php
/*
 * The script for `opcache.preload`: sends an order and one that is refused, and declares a class for
 * the pages. SPREAD_PRELOAD names the file for its report.
 */
declare(strict_types=1);

final class Preloaded
{
    /** An array that opcache keeps in shared memory. */
    private const ORDER = ['order_idorder' => 'from shared memory', 'list' => [1, [2, 'three'], ['key' => null]]];

    public static function send(string $id): mixed
    {
        return spread_update_order(['order_idorder' => $id] + self::ORDER, self::ORDER);
    }

    public static function sendConstant(): mixed
    {
        return spread_update_order(self::ORDER, self::ORDER);
    }
}

$report = [
    'process' => getmypid(),
    'answer' => Preloaded::send('preload'),
    'constant' => Preloaded::sendConstant(),
    'refused' => Preloaded::send('refused'),
    'error' => spread_last_error()?->getCode(),
];
file_put_contents(getenv('SPREAD_PRELOAD'), json_encode($report) . "\n", FILE_APPEND);
