--TEST--
An answer that decodes to many times the memory_limit ends the script as with json_decode(): shutdown functions run
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$many = static fn (): string => '[' . str_repeat('[1],', 400_000) . '0]';
$server = serve(static fn (array $request): string => str_contains($request['body'], 'many') ? answer(200, [], $many()) : answer_json('ok'));
$code = <<<'PHP'
    register_shutdown_function(static function (): void {
        ini_set('memory_limit', '-1');
        echo json_encode(spread_update_order([], []));
    });
    CALL
    echo 'not reached';
    PHP;
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret',
    'spread.log_failures' => 0, 'display_errors' => 'stderr', 'log_errors' => 0, 'memory_limit' => '16M'];
foreach (['json_decode' => 'json_decode("[" . str_repeat("[1],", 400_000) . "0]", true);', 'spread' => 'spread_update_order(["many"], []);'] as $what => $call) {
    $result = run_php(str_replace('CALL', $call, $code), $settings);
    echo $what, ': status ', $result['status'], ', ', $result['out'], "\n";
    contains($what, 'Allowed memory size', $result['err']);
}
?>
--EXPECT--
json_decode: status 255, "ok"
spread: status 255, "ok"
