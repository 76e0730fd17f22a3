--TEST--
An alarm, the time limit, or a handler that throws or exits during a call takes effect after the call, and the next order gets its own answer
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static function (array $request, Connection $connection): string {
    parse_str($request['body'], $order);
    $id = $order['data']['order_idorder'];
    if (str_starts_with($id, 'slow')) {
        $connection->wait(1.3);
    }
    return match (true) {
        str_ends_with($id, 'refused') => answer(500),
        str_ends_with($id, 'number') => answer_json(7),
        default => answer_json([$id, $request['connection']]),
    };
});
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret',
    'spread.log_failures' => 0, 'display_errors' => 'stderr', 'log_errors' => 0];
$functions = <<<'PHP'
    /**
     * An order whose answer is lost when the handler throws. PHP then leaks the return value of any function,
     * and its debug builds report that: there the answer is a number, which is not allocated.
     */
    const LOST = PHP_DEBUG ? 'slow number' : 'slow';
    function send(string $id): string
    {
        $answer = spread_update_order(['order_idorder' => $id], []);
        return ($answer[0] ?? spread_last_error()?->getCode()) . ' over ' . ($answer[1] ?? 'none') . "\n";
    }
    /** Sends a signal to this process 0.4 s later, while the next order waits for its answer. */
    function soon(string $signal): void
    {
        static $children = [];
        $children[] = proc_open(['/bin/sh', '-c', "sleep 0.4; kill -$signal " . getmypid()], [['file', '/dev/null', 'r']], $pipes);
    }
    /** Thread-safe PHPs since 8.3 limit the real time on Linux, the others that of the processor. */
    const REAL_TIME = PHP_ZTS && PHP_VERSION_ID >= 80300;
    /** Reaches the time limit while the next order waits for its answer. */
    function limit(): void
    {
        set_time_limit(1);
        REAL_TIME || soon('PROF'); // the signal of its timer
    }
    echo send('first');
    register_shutdown_function(static fn () => print('shutdown: ' . send('last')));
    PHP;
$cases = [
    'an alarm with asynchronous signals' => <<<'PHP'
        pcntl_async_signals(true);
        pcntl_signal(SIGALRM, static fn () => print('alarm: ' . send('from the handler')));
        pcntl_alarm(1);
        echo send('slow');
        PHP,
    'an alarm without' => <<<'PHP'
        pcntl_signal(SIGALRM, static fn () => print('alarm: ' . send('from the handler')));
        pcntl_alarm(1);
        echo send('slow'), send('good');
        pcntl_signal_dispatch();
        PHP,
    'a handler that throws' => <<<'PHP'
        pcntl_async_signals(true);
        pcntl_signal(SIGUSR1, static fn () => throw new Exception('thrown by the handler'), false);
        foreach ([LOST, 'slow and refused'] as $id) {
            soon('USR1');
            try {
                echo send($id);
            } catch (Exception $exception) {
                echo $exception->getMessage(), ', then ', send("good after it");
            }
        }
        PHP,
    'a handler that exits' => <<<'PHP'
        pcntl_async_signals(true);
        pcntl_signal(SIGUSR1, static fn () => exit("exit\n"), false);
        soon('USR1');
        echo send(LOST);
        PHP,
    'a handler that meets a fatal error' => <<<'PHP'
        pcntl_async_signals(true);
        pcntl_signal(SIGUSR1, static fn () => eval('goto nowhere;'), false);
        soon('USR1');
        echo send('slow');
        PHP,
    'the time limit' => <<<'PHP'
        limit();
        echo send('slow');
        PHP,
    'the time limit, with an error handler that is called as well' => <<<'PHP'
        ini_set('spread.error_mode', 'warning');
        set_error_handler(static fn () => print('handler: ' . send('from the handler')));
        limit();
        echo send('slow and refused');
        PHP,
    'a time limit shorter than the wait, where only processor time counts' => <<<'PHP'
        set_time_limit(REAL_TIME ? 0 : 1);
        echo send('slow');
        PHP,
];
// All concurrently: they mostly wait.
$processes = [];
foreach ($cases as $what => $code) {
    $errors = tmpfile();
    $process = proc_open(php_command($settings, '-r', "$functions\n$code"), [['file', '/dev/null', 'r'], ['pipe', 'w'], $errors], $pipes);
    $processes[$what] = [$process, $pipes[1], $errors];
}
$connections = [];
foreach ($processes as $what => [$process, $output, $errors]) {
    $out = stream_get_contents($output);
    $status = proc_close($process);
    rewind($errors);
    echo "--- $what: status $status\n", preg_replace('/ over \d+/', '', $out);
    preg_match_all('/ over (\d+)/', $out, $found);
    same("$what: connections", 1, count(array_unique($found[1])));
    $connections[] = $found[1][0] ?? null;
    if (($error = ltrim(stream_get_contents($errors))) !== '') {
        echo '(', preg_replace('/,? (because|in|and) .*/s', '', $error), ")\n";
    }
}
same('connections', count($processes), count(array_unique($connections)));
same('connections, as the server counts', count($processes), $server->connections());
?>
--EXPECT--
--- an alarm with asynchronous signals: status 0
first
alarm: from the handler
slow
shutdown: last
--- an alarm without: status 0
first
slow
good
alarm: from the handler
shutdown: last
--- a handler that throws: status 0
first
thrown by the handler, then good after it
thrown by the handler, then good after it
shutdown: last
--- a handler that exits: status 0
first
exit
shutdown: last
--- a handler that meets a fatal error: status 255
first
shutdown: last
(Fatal error: 'goto' to undefined label 'nowhere')
--- the time limit: status 255
first
shutdown: last
(Fatal error: Maximum execution time of 1 second exceeded)
--- the time limit, with an error handler that is called as well: status 255
first
shutdown: last
(Fatal error: Maximum execution time of 1 second exceeded)
--- a time limit shorter than the wait, where only processor time counts: status 0
first
slow
shutdown: last
