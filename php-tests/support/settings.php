<?php
/*
 * Settings of a test in one line:
 *
 *     configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret');
 */
declare(strict_types=1);

function configure(string|int|float ...$settings): void
{
    foreach ($settings as $name => $value) {
        if (polyfill() !== null) {
            // ini_set() only knows the settings of extensions.
            putenv('SPREAD_' . strtoupper($name) . "=$value");
            $GLOBALS['configured by putenv']['SPREAD_' . strtoupper($name)] = true;
        } elseif (ini_set("spread.$name", (string) $value) === false) {
            throw new LogicException("spread.$name is not a setting that can be changed");
        }
    }
}

/** Sends PHP's error log (standard error on the command line) to a file; returns a reader of its new lines. */
function collect_log(): Closure
{
    $file = tempnam(sys_get_temp_dir(), 'spread-log-');
    $owner = getmypid();
    register_shutdown_function(static function () use ($file, $owner): void {
        if (getmypid() === $owner) {
            @unlink($file);
        }
    });
    ini_set('error_log', $file);
    // New lines since the last call, without PHP's time stamp.
    $seen = 0;
    return static function () use ($file, &$seen): array {
        $lines = array_slice(file($file, FILE_IGNORE_NEW_LINES), $seen);
        $seen += count($lines);
        return preg_replace('/^\[[^\]]+\] /', '', $lines);
    };
}
