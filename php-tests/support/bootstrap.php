<?php
/*
 * Every test requires this file, once, and nothing else of this directory:
 *
 *     require __DIR__ . '/../support/bootstrap.php';
 *
 * It only declares functions and classes: no process, port or file exists before a test asks for one.
 * README.md lists what there is.
 */
declare(strict_types=1);

foreach (['answers', 'check', 'daemon', 'mariadb', 'outbox', 'process', 'server', 'settings', 'snippet', 'tinyproxy', 'tls'] as $name) {
    require __DIR__ . "/$name.php";
}
unset($name);

/**
 * Loads files that only a few tests use, in this order. They are not loaded at once because they are large
 * and declare classes with the names of a shop's.
 */
function support(string ...$names): void
{
    foreach ($names as $name) {
        require __DIR__ . "/$name.php";
    }
}

/** @return array{first: array, second: array} the arrays of both editions of the API's documentation */
function documented(): array
{
    return require __DIR__ . '/documented.php';
}
