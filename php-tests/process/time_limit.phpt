--TEST--
max_execution_time ends a script after the call at the earliest, so that the failure is logged
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$silent = new SilentPort();
$settings = [
    'max_execution_time' => 1, 'hard_timeout' => 1, 'spread.connect_timeout' => 3.5,
    'spread.endpoint' => $silent->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret',
    'display_errors' => 0, 'log_errors' => 1,
];
$code = 'register_shutdown_function(static fn () => print("shut down"));
    spread_update_order(["order_idorder" => "1"], []);
    while (true) {} // where the limit counts processor time, it is reached here';
$result = run_php($code, $settings);
contains('the log', 'spread: order 1 did not reach SPREAD: no connection', $result['err']);
contains('the log', 'Maximum execution time of 1 second exceeded', $result['err']);
same('output', 'shut down', $result['out']);
same('status', 255, $result['status']);
echo "done\n";
?>
--EXPECT--
done
