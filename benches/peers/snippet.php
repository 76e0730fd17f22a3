<?php
/*
 * (a) The documented snippet as it stands, in the copy that the tests hold spread against: a new
 * handle for every order. It does not decode what it gets.
 */
declare(strict_types=1);

require_once __DIR__ . '/../../php-tests/support/snippet.php';

return static fn (array $post): mixed => snippet($post, getenv('BENCH_ENDPOINT'), 'PUBLIC_KEY:PRIVATE_KEY');
