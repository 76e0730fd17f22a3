<?php
/*
 * Makes the calls that forward.php sends, one a line up to an empty one, and sends back what they returned.
 * Runs on each PHP that the polyfill supports.
 */

require __DIR__ . '/../../../polyfill/bootstrap.php';

function facts($error)
{
    $isOurs = $error instanceof Spread\Exception;
    return [
        get_class($error), $error->getMessage(), $error->getCode(),
        $isOurs ? $error->getResponse() : null, $isOurs && $error->isRetryable(), $isOurs ? $error->getRetryAfter() : null,
    ];
}

$clients = $known = $warnings = [];
set_error_handler(function ($level, $message) use (&$warnings) {
    if (error_reporting() & $level) {
        $warnings[] = [$level, $message];
    }
});
while (($line = fgets(STDIN)) !== false && $line !== "\n") {
    list($function, $arguments, $client, $environment, $constants, $settings) = unserialize(base64_decode($line));
    foreach (array_diff_key($known, $environment) as $name => $value) {
        putenv($name);
    }
    foreach ($environment as $name => $value) {
        putenv("$name=$value");
    }
    $known = $environment;
    foreach ($constants as $name => $value) {
        defined($name) || define($name, $value);
    }
    foreach ($settings as $name => $value) {
        ini_set($name, $value);
    }
    $before = spread_last_error();
    $value = null;
    $warnings = [];
    try {
        if ($client === []) {
            $value = call_user_func_array($function, $arguments);
        } elseif ($function === 'new') {
            $clients[serialize($client)] = new Spread\Client($client[0], $client[1], $client[2]);
        } else {
            $value = call_user_func_array([$clients[serialize($client)], $function], $arguments);
        }
        $kind = 'value';
    } catch (Exception $error) {
        list($kind, $value) = ['thrown', facts($error)];
    } catch (Throwable $error) {
        list($kind, $value) = ['thrown', facts($error)];
    }
    $last = spread_last_error();
    $last = $last === $before ? 'the same' : ($last === null ? null : facts($last));
    fwrite(STDOUT, base64_encode(serialize([$kind, $value, $last, $warnings])) . "\n");
}
