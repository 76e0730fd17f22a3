--TEST--
A fatal error over memory_limit inside a call leaves the next call working
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return match ($order['data']['order_idorder'] ?? '') {
        'list' => answer(200, [], '[' . str_repeat('[1],', 50_000) . '0]'),
        'text' => answer(200, [], str_repeat('x', 8_000_000)),
        'error' => answer(500, [], '[' . str_repeat('[1],', 50_000) . '0]'),
        default => answer_json('ok'),
    };
});
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret',
    'spread.log_failures' => 0, 'display_errors' => 'stderr', 'log_errors' => 0, 'memory_limit' => '24M'];
$code = <<<'PHP'
    register_shutdown_function(function (): void {
        ini_set('memory_limit', '-1'); // for the calls below
        for ($i = 0; $i < 3; $i++) {
            echo json_encode(spread_update_order(['order_idorder' => 'good'], [])), ' ';
        }
        echo spread_encode_order(['a' => 1], []), "\n";
    });
    spread_update_order(['order_idorder' => 'good'], []);
    $held = str_repeat('x', 20_000_000); // leaves less than any of the calls needs
    CALL
    echo "not reached\n";
    PHP;
$calls = [
    'decoding a list' => 'spread_update_order(["order_idorder" => "list"], []);',
    'decoding a text' => 'spread_update_order(["order_idorder" => "text"], []);',
    'decoding an error body' => 'spread_update_order(["order_idorder" => "error"], []);',
    'encoding' => 'spread_encode_order(["long" => str_repeat("[", 2_000_000)], []);',
    'encoding before sending' => 'spread_update_order(["long" => str_repeat("[", 2_000_000)], []);',
];
foreach ($calls as $what => $call) {
    $result = run_php(str_replace('CALL', $call, $code), $settings);
    echo $what, ': status ', $result['status'], ', ', $result['out'];
    contains($what, 'Allowed memory size', $result['err']);
}
?>
--EXPECT--
decoding a list: status 255, "ok" "ok" "ok" data%5Ba%5D=1
decoding a text: status 255, "ok" "ok" "ok" data%5Ba%5D=1
decoding an error body: status 255, "ok" "ok" "ok" data%5Ba%5D=1
encoding: status 255, "ok" "ok" "ok" data%5Ba%5D=1
encoding before sending: status 255, "ok" "ok" "ok" data%5Ba%5D=1
