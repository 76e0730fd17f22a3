<?php
/*
 * New PHP processes that load only the extension under test (`php -n -d extension=…`) or the polyfill,
 * measured from outside.
 */
declare(strict_types=1);

/** The file of the polyfill, when that is under test: see scripts/test-polyfill. */
function polyfill(): ?string
{
    return getenv('SPREAD_POLYFILL') ?: null;
}

/** The version under test, which the User-Agent names. */
function version_under_test(): string
{
    return polyfill() === null ? phpversion('spread') : (require __DIR__ . '/../../polyfill/src/Polyfill/tables.php')['version'];
}

/** The file of the extension under test. */
function extension_file(): string
{
    if (preg_match('/extension=(\S*\bspread\.\w+)/', (string) getenv('TEST_PHP_EXTRA_ARGS'), $found)) {
        return $found[1];
    }
    if (preg_match('~\S+/spread\.so$~m', (string) @file_get_contents('/proc/self/maps'), $found)) {
        return $found[0];
    }
    throw new LogicException('cannot tell where the extension was loaded from');
}

/** @return list<string> the command line of a new PHP process */
function php_command(array $settings, string ...$arguments): array
{
    $polyfill = polyfill();
    $command = [PHP_BINARY, '-n'];
    if ($polyfill === null) {
        array_push($command, '-d', 'extension=' . extension_file());
    } elseif (($settings['extension'] ?? '') !== 'curl') {
        array_push($command, '-d', 'extension=curl');
    }
    if ($polyfill !== null && ($arguments[0] ?? '') === '-r') {
        // PHP prepends no file to code. ini_set() only knows the settings of extensions.
        $defined = preg_replace_callback(
            '/\bini_set\(([\'"])spread\.(\w+)\1,/',
            static fn (array $found): string => 'define("SPREAD_' . strtoupper($found[2]) . '",',
            $arguments[1],
        );
        $arguments[1] = "require '$polyfill'; $defined";
    } elseif ($polyfill !== null) {
        array_push($command, '-d', "auto_prepend_file=$polyfill");
    }
    foreach ($settings as $name => $value) {
        $plain = preg_match('~^[\w.:/-]*$~', (string) $value) === 1;
        array_push($command, '-d', $plain ? "$name=$value" : "$name=\"$value\"");
    }
    return [...$command, ...$arguments];
}

/** The environment of this process, without what configure() has put there: a setting is of one process. */
function inherited_environment(): array
{
    return array_diff_key(getenv(), $GLOBALS['configured by putenv'] ?? []);
}

/**
 * Runs code, which has no opening tag, in a new process and waits for its end.
 *
 * @param array<string, string|int|float> $settings full names of ini settings
 * @param ?array<string, string> $environment added to this process's own; a null value removes
 * @return array{status: int, out: string, err: string}
 */
function run_php(string $code, array $settings = [], array $environment = []): array
{
    return run(php_command($settings, '-r', $code), $environment);
}

/** @return array{status: int, out: string, err: string} */
function run(array $command, array $environment = []): array
{
    $errors = tmpfile();
    $environment = array_filter($environment + inherited_environment(), is_string(...));
    $process = proc_open($command, [['file', '/dev/null', 'r'], ['pipe', 'w'], $errors], $pipes, null, $environment);
    $out = stream_get_contents($pipes[1]);
    $status = proc_close($process);
    rewind($errors);
    return ['status' => $status, 'out' => $out, 'err' => stream_get_contents($errors)];
}

/**
 * Runs code and returns each line that it prints with the seconds since the last one, measured here.
 *
 * @return list<array{string, float}>
 */
function timed_lines(string $code, array $settings = []): array
{
    $process = proc_open(php_command($settings, '-r', $code), [['file', '/dev/null', 'r'], ['pipe', 'w'], STDERR], $pipes, null, inherited_environment());
    $lines = [];
    for ($last = hrtime(true); ($line = fgets($pipes[1])) !== false; $last = $now) {
        $now = hrtime(true);
        $lines[] = [rtrim($line, "\n"), ($now - $last) / 1e9];
    }
    proc_close($process);
    return $lines;
}

/**
 * One call that must fail, timed from outside its process, and then one call to a good server in the
 * same process.
 *
 * @return array{seconds: float, answer: mixed, class: ?string, code: int, retryable: bool, message: string, next: mixed}
 */
function timed_failure(array $settings, string $good_url, int $order_bytes = 0): array
{
    $code = <<<'PHP'
        $order = ['order_idorder' => '0000001', 'long' => str_repeat('x', ORDER_BYTES)];
        echo "ready\n";
        $answer = spread_update_order($order, $order);
        echo "done\n";
        $error = spread_last_error();
        ini_set('spread.endpoint', GOOD_URL);
        ini_set('spread.timeout', '10');
        ini_set('spread.connect_timeout', '2');
        echo json_encode([
            'answer' => $answer,
            'class' => $error ? $error::class : null,
            'code' => $error?->getCode(),
            'retryable' => $error?->isRetryable(),
            'message' => $error?->getMessage(),
            'next' => spread_update_order($order, $order),
        ]), "\n";
        PHP;
    $code = strtr($code, ['GOOD_URL' => var_export($good_url, true), 'ORDER_BYTES' => $order_bytes]);
    $settings = array_combine(array_map(static fn ($name) => "spread.$name", array_keys($settings)), $settings);
    $settings += ['spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => '0'];
    $lines = timed_lines($code, $settings);
    $report = json_decode($lines[2][0] ?? '', true);
    if (!is_array($report)) {
        throw new RuntimeException('the process printed ' . var_export(array_column($lines, 0), true));
    }
    return ['seconds' => $lines[1][1]] + $report;
}

/** For SKIPIF: the programs that a test needs, "root", or "mod_php", unless TEST_APACHE_PHP names no file. */
function skip_without(string ...$programs): void
{
    foreach ($programs as $program) {
        $missing = match ($program) {
            'root' => fileowner('/proc/self/status') !== 0,
            'mod_php' => ($file = (string) getenv('TEST_APACHE_PHP')) !== '' && !is_file($file),
            default => !shell_exec("PATH=\$PATH:/usr/sbin:/sbin command -v $program"),
        };
        if ($missing) {
            die("skip $program is missing");
        }
    }
}

/** The path of a program. */
function program(string ...$names): string
{
    foreach ($names as $name) {
        foreach ([...explode(':', (string) getenv('PATH')), '/usr/local/sbin', '/usr/sbin', '/sbin'] as $directory) {
            if (is_executable("$directory/$name")) {
                return "$directory/$name";
            }
        }
    }
    throw new RuntimeException("$names[0] is not installed");
}

/** Waits until the condition holds; returns whether it did. */
function wait_until(Closure $condition, float $seconds): bool
{
    for ($end = hrtime(true) + $seconds * 1e9; !($come = $condition()) && hrtime(true) < $end;) {
        usleep(20_000);
    }
    return $come;
}
