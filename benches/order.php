<?php
/* What the bench's PHP scripts share: the order that all send, and a look at the answer. */
declare(strict_types=1);

['first' => $post] = require __DIR__ . '/../php-tests/support/documented.php';
// What PHP does once for its first query string is no part of anybody's first order.
http_build_query($post);
$send = require __DIR__ . '/peers/' . getenv('BENCH_PEER') . '.php';

/** A failed order is quick: without this the fastest peer would be the one that delivers nothing. */
function delivered(mixed $answer): void
{
    $decoded = is_string($answer) ? json_decode($answer, true) : $answer;
    if (($decoded['status'] ?? null) !== 'success') {
        $reason = function_exists('spread_last_error') ? ': ' . spread_last_error()?->getMessage() : '';
        $got = var_export($answer, true);
        throw new RuntimeException(getenv('BENCH_PEER') . " did not deliver$reason, got $got");
    }
}
