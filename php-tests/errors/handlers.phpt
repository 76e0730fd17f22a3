--TEST--
In warning mode an error handler may throw, exit or fail: this takes effect and the next call works
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(function (array $request): string {
    parse_str($request['body'], $order);
    return $order['data']['order_idorder'] === 'good' ? answer_json('ok') : answer(500);
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0, error_mode: 'warning');

set_error_handler(static fn (int $level, string $message) => throw new ErrorException($message, 0, $level));
for ($i = 0; $i < 3; $i++) {
    try {
        spread_update_order(['order_idorder' => '0000001'], []);
        echo "nothing thrown\n";
    } catch (ErrorException $thrown) {
        echo 'thrown: ', $thrown->getMessage(), "\n";
    }
    same('last error', 500, spread_last_error()->getCode());
    echo outcome(spread_update_order(['order_idorder' => 'good'], [])), "\n";
}
// A handler that calls spread_update_order().
set_error_handler(function (): bool {
    echo '  in the handler: ', outcome(spread_update_order(['order_idorder' => 'good'], [])), "\n";
    return true;
});
var_dump(spread_update_order(['order_idorder' => '0000001'], []));
restore_error_handler();

// The handlers that end the script; a shutdown function makes the next call.
$code = <<<'PHP'
    register_shutdown_function(function (): void {
        foreach ([1, 2] as $i) {
            echo json_encode(spread_update_order(['order_idorder' => 'good'], [])), ' ';
        }
        echo spread_encode_order(['a' => 1], []), "\n";
    });
    set_error_handler(function (): bool {
        HANDLER
    });
    spread_update_order(['order_idorder' => '0000001'], []);
    echo "not reached\n";
    PHP;
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret',
    'spread.log_failures' => 0, 'spread.error_mode' => 'warning', 'display_errors' => 0, 'error_log' => '/dev/null'];
$endings = [
    'exit' => 'exit(3);',
    'uncaught exception' => 'throw new Exception("x");',
    'fatal error' => 'trigger_error("x", E_USER_ERROR); eval("class A {} class A {}");',
    'memory limit' => 'ini_set("memory_limit", "4M"); str_repeat("x", 1 << 24);',
];
foreach ($endings as $what => $handler) {
    $result = run_php(str_replace('HANDLER', $handler, $code), $settings);
    echo $what, ': status ', $result['status'], ', ', $result['out'], $result['err'];
}
?>
--EXPECTF--
thrown: spread_update_order(): SPREAD refused order 0000001: HTTP 500 %s
answer "ok"
thrown: spread_update_order(): SPREAD refused order 0000001: HTTP 500 %s
answer "ok"
thrown: spread_update_order(): SPREAD refused order 0000001: HTTP 500 %s
answer "ok"
  in the handler: answer "ok"
bool(false)
exit: status 3, "ok" "ok" data%5Ba%5D=1
uncaught exception: status 255, "ok" "ok" data%5Ba%5D=1
fatal error: status 255, "ok" "ok" data%5Ba%5D=1
memory limit: status 255, "ok" "ok" data%5Ba%5D=1
