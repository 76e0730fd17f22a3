<?php
/*
 * (a) The documented snippet, in the tests' copy: a new handle for every order. It does not decode
 * the answer.
 */
declare(strict_types=1);

require_once __DIR__ . '/../../php-tests/support/snippet.php';

return static fn (array $post): mixed => snippet($post, getenv('BENCH_ENDPOINT'), 'PUBLIC_KEY:PRIVATE_KEY');
