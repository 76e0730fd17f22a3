<?php
/*
 * A checkout for the tests of the circuit breaker: reports order `id` and prints as JSON what the call
 * returned and how long it took. Without an id it is a page of the catalogue.
 */
declare(strict_types=1);

$id = $_GET['id'] ?? '';
if ($id === '') {
    exit('catalogue');
}
$begun = hrtime(true);
$answer = spread_update_order(['order_idorder' => $id], ['order_idorder' => $id]);
$error = spread_last_error();
echo json_encode([
    'process' => getmypid(),
    'answer' => is_array($answer) ? 'array' : $answer,
    'error' => $error === null ? null : $error::class,
    'seconds' => (hrtime(true) - $begun) / 1e9,
]);
