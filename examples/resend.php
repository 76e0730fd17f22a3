<?php
/*
 * Sends orders again that did not reach SPREAD, by the ids that the log names:
 *
 *     php examples/resend.php 0000001 0000002
 *     php examples/resend.php < ids.txt        one id on each line
 *
 * It sends an order as it is in the shop now, so that an old state never replaces a newer one. Replace
 * shop_order() by code that builds the arrays as your checkout does; here a CSV file stands in for the shop.
 * The exit status is 0 when SPREAD accepted every order, otherwise 1. An id may be sent as often as you like.
 *
 * With spread.outbox nothing needs this file: the worker sends such orders again.
 */
declare(strict_types=1);

if (!extension_loaded('spread')) {
    fwrite(STDERR, "The extension spread is not loaded.\n");
    exit(1);
}
ini_set('spread.error_mode', 'exception');
ini_set('spread.log_failures', '0'); // the messages are printed here

$ids = array_slice($argv, 1) ?: array_map('trim', file('php://stdin'));
$failed = 0;
foreach (array_unique(array_filter($ids, static fn (string $id): bool => $id !== '')) as $id) {
    try {
        $data = shop_order($id) ?? throw new RuntimeException("order $id is not in the shop");
        spread_update_order($data, ['order_idorder' => $id]);
        echo "$id sent\n";
    } catch (Exception $error) {
        $failed++;
        echo "$id FAILED: {$error->getMessage()}\n";
        if ($error instanceof Spread\ConfigurationException || $error instanceof Spread\AuthenticationException) {
            break; // every other order would fail in the same way
        }
    }
}
exit($failed === 0 ? 0 : 1);

/** The documented fields of an order as it is now; null when the shop does not have it. */
function shop_order(string $id): ?array
{
    static $orders = null;
    if ($orders === null) {
        $handle = fopen(getenv('SHOP_ORDERS') ?: __DIR__ . '/orders.csv', 'r');
        $names = fgetcsv($handle, null, ',', '"', '');
        $orders = [];
        while (($cells = fgetcsv($handle, null, ',', '"', '')) !== false) {
            $order = array_filter(array_combine($names, $cells), static fn (string $cell): bool => $cell !== '');
            $orders[$order['order_idorder']] = $order; // the last row of an order is its present state
        }
    }
    return $orders[$id] ?? null;
}
