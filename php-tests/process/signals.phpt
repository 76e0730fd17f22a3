--TEST--
When a server resets the connection during a large order, SIGPIPE does not kill the process, and signal handlers run
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$resets = serve_connections(static function (Connection $connection): void {
    $connection->head();
    $connection->reset();
});
$good = serve(static fn (array $request): string => answer_json(strlen($request['body'])));
// With the default action of SIGPIPE, as under a SAPI that does not ignore it.
$code = <<<'PHP'
    pcntl_signal(SIGPIPE, SIG_DFL);
    $order = ['order_idorder' => '1', 'long' => str_repeat('x', 5_000_000)];
    for ($i = 0; $i < 20; $i++) {
        ini_set('spread.endpoint', getenv('RESETS'));
        $answers[] = spread_update_order($order, []) === false ? spread_last_error()::class : 'no error';
        ini_set('spread.endpoint', getenv('GOOD'));
        $answers[] = spread_update_order($order, []);
    }
    echo json_encode(array_count_values($answers)), "\n";
    // Still the default action, and not blocked.
    pcntl_sigprocmask(SIG_UNBLOCK, [SIGPIPE], $blocked);
    echo json_encode([pcntl_signal_get_handler(SIGPIPE) === SIG_DFL, $blocked]), "\n";
    pcntl_async_signals(true);
    pcntl_signal(SIGALRM, function (): void { echo "alarm\n"; });
    pcntl_alarm(1);
    ini_set('spread.endpoint', getenv('GOOD'));
    for ($end = hrtime(true) + 1.5e9; hrtime(true) < $end;) {
        if (spread_update_order(['a' => 1], []) !== 13) {
            echo spread_last_error()?->getMessage(), "\n";
        }
    }
    PHP;
$settings = ['spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => 0];
$result = run_php($code, $settings, ['RESETS' => $resets->url(), 'GOOD' => $good->url()]);
echo $result['out'], $result['err'], 'status ', $result['status'], "\n";
?>
--EXPECT--
{"Spread\\ConnectionException":20,"5000041":20}
[true,[]]
alarm
status 0
