<?php
/* The documented snippet with a timeout of five seconds, which is spread's default. */
declare(strict_types=1);

require_once __DIR__ . '/../../php-tests/support/snippet.php';

return static fn (array $post): mixed => snippet(
    $post,
    getenv('BENCH_ENDPOINT'),
    'PUBLIC_KEY:PRIVATE_KEY',
    options: [CURLOPT_TIMEOUT => 5],
);
