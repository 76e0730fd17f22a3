<?php
/*
 * Every test requires this file, once, and no other file of this directory:
 *
 *     require __DIR__ . '/../support/bootstrap.php';
 *
 * It only declares functions and classes: it starts no process and opens no port or file.
 * README.md lists them.
 */
declare(strict_types=1);

foreach (['answers', 'check', 'daemon', 'files', 'mariadb', 'outbox', 'process', 'server', 'settings', 'snippet', 'tinyproxy', 'tls'] as $name) {
    require __DIR__ . "/$name.php";
}
unset($name);

/**
 * Loads files that only a few tests use, in this sequence. They are not loaded by default: they are large,
 * and their classes might have the names of a shop's classes.
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
