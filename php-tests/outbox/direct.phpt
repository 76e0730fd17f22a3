--TEST--
With direct delivery a delivered order leaves no record; a retryable failure keeps it, and the call returns true, sets the last error and logs one line
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$server = serve(static function (array $request, Connection $connection): ?string {
    parse_str($request['body'], $order);
    [$status, $header] = explode(' ', $order['request']['order_idorder'], 3) + [1 => ''];
    if ($status === 'late') {
        $connection->wait(0.8);
        $status = 200;
    } elseif ($status === 'lost') {
        $connection->close();
        return null;
    }
    return answer((int) $status, ['Content-Type: application/json', ...$header === '' ? [] : ["Retry-After: $header"]], json_encode(['says' => (int) $status]));
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), timeout: 5, circuit_breaker: 0);
$log = collect_log();
$failures = [
    '401' => ['AuthenticationException', 401, false, null],
    '403' => ['AuthenticationException', 403, false, null],
    '408' => ['ResponseException', 408, true, null],
    '425' => ['ResponseException', 425, true, null],
    '429 7' => ['ResponseException', 429, true, 7.0],
    '429' => ['ResponseException', 429, true, null],
    '500' => ['ResponseException', 500, true, null],
    '502' => ['ResponseException', 502, true, null],
    '503 2' => ['ResponseException', 503, true, 2.0],
    '504' => ['ResponseException', 504, true, null],
    'lost' => ['ConnectionException', 0, true, null],
    'late' => ['TimeoutException', 0, true, null],
    'down' => ['ConnectionException', 0, true, null],
];
set_error_handler(static function (int $level, string $message): bool {
    holds('nothing is raised', false, $message);
    return true;
});
$client = static fn (array $data, array $request): mixed => (new Spread\Client('shop', 's3cret'))->updateOrder($data, $request);
$kept = [];
foreach (['silent' => 'spread_update_order', 'warning' => 'spread_update_order', 'exception' => 'spread_update_order', 'client' => $client] as $mode => $call) {
    configure(error_mode: $mode === 'client' ? 'exception' : $mode);
    foreach ($failures as $id => [$class, $code, $retryable, $after]) {
        $order = order("$id of $mode");
        $what = "$id, $mode";
        configure(endpoint: $id === 'down' ? 'http://127.0.0.1:9/api' : $server->url(), timeout: $id === 'late' ? 0.5 : 5);
        if (str_contains((string) $id, ' ')) {
            $order = order("$id $mode");
        }
        same("$what: answer", true, $call(...$order));
        $error = spread_last_error();
        same("$what: error", ["Spread\\$class", $code, $retryable, $after], [$error ? $error::class : null, $error?->getCode(), $error?->isRetryable(), $error?->getRetryAfter()]);
        same("$what: response", $code === 0 ? null : ['says' => $code], $error?->getResponse());
        same("$what: log", ["spread: {$error?->getMessage()}; the outbox keeps it and will send it again"], $log());
        $kept[] = "{$order[1]['order_idorder']} pending 1 $code";
    }
    configure(endpoint: $server->url(), timeout: 5);
    same("200, $mode", ['says' => 200], $call(...order("200 of $mode")));
    same("200, $mode: error", null, spread_last_error());
    same("200, $mode: log", [], $log());
    same("204, $mode", null, $call(...order("204 of $mode")));
}
same('records', $kept, $place->records());
// Without the log line.
configure(log_failures: 0);
same('without a log', true, spread_update_order(...order('500 without a log')));
same('log', [], $log());
holds('the database is sound', $place->isSound());
echo count($kept), " kept\n";
?>
--EXPECT--
52 kept
