<?php
/* Shared by the bench's PHP scripts: the order, and a check of the answer. */
declare(strict_types=1);

['first' => $post] = require __DIR__ . '/../php-tests/support/documented.php';
// PHP's one-time work for its first query string must not count as part of the first order.
http_build_query($post);
$send = require __DIR__ . '/peers/' . getenv('BENCH_PEER') . '.php';

/** Throws when an order failed: a failed order is fast and would flatter a peer. */
function delivered(mixed $answer): void
{
    $decoded = is_string($answer) ? json_decode($answer, true) : $answer;
    if (($decoded['status'] ?? null) !== 'success') {
        $reason = function_exists('spread_last_error') ? ': ' . spread_last_error()?->getMessage() : '';
        $got = var_export($answer, true);
        throw new RuntimeException(getenv('BENCH_PEER') . " did not deliver$reason, got $got");
    }
}
