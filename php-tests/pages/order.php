<?php
/*
 * A shop's page for the tests of php-cli, php-fpm and mod_php: sends the documented order and
 * prints the outcome as JSON.
 *
 *   id    the order's id
 *   how   nothing: send it; `fail`: to a port where nothing listens; `exit`, `throw`: as `fail`, with
 *         an error handler that ends the page; `keys`: only print the keys of the environment
 */
declare(strict_types=1);

$before = spread_last_error();
['second' => $order] = require __DIR__ . '/../support/documented.php';
$id = $_GET['id'] ?? $argv[1] ?? '0000001';
$how = $_GET['how'] ?? $argv[2] ?? '';
$order['data']['order_idorder'] = $order['request']['order_idorder'] = $id;

if (in_array($how, ['fail', 'exit', 'throw'], true)) {
    ini_set('spread.endpoint', 'http://127.0.0.1:9/');
}
if (in_array($how, ['exit', 'throw'], true)) {
    ini_set('spread.error_mode', 'warning');
    set_error_handler(static fn () => $how === 'exit' ? exit('exit') : throw new Exception('from the handler'));
}
$answer = spread_update_order($order['data'], $order['request']);
$error = spread_last_error();
echo json_encode([
    'sapi' => PHP_SAPI,
    'process' => getmypid(),
    'order' => $id,
    'answer' => $answer,
    'error' => $error === null ? null : $error::class . ': ' . $error->getMessage(),
    'error of the page before' => $before === null ? null : $before->getMessage(),
]);
