--TEST--
The file is removed or replaced while a call waits for SPREAD, which fails: the order is kept again, or the call fails
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$changes = [
    'deleted' => static fn (): array => array_map(unlink(...), glob("{$place->file}*")),
    'deleted alone' => static fn (): bool => unlink($place->file),
    'moved' => static fn (): array => array_map(static fn (string $file): bool => rename($file, "$file-moved"), glob("{$place->file}*")),
    'its directory deleted' => static fn (): string|false => exec('rm -rf ' . escapeshellarg($place->directory)),
];
$server = serve(static function (array $request) use ($changes): string {
    parse_str($request['body'], $order);
    $changes[$order['data']['change']]();
    return answer_json('down', (int) $order['data']['status']);
});
$log = collect_log();
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), circuit_breaker: 0);
foreach (['deleted', 'deleted alone', 'moved'] as $change) {
    array_map(unlink(...), glob("{$place->file}*"));
    same("$change: kept", true, spread_update_order(...order($change, change: $change, status: 503)));
    same("$change: error", 503, spread_last_error()?->getCode());
    contains("$change: line", 'the outbox keeps it', implode($lines = $log()));
    same("$change: lines", 1, count($lines));
    same("$change: the record", ["$change pending 0 0"], $place->records());
    holds("$change: sound", $place->isSound());
}
foreach (['deleted' => 200, 'moved' => 422] as $change => $status) {
    array_map(unlink(...), glob("{$place->file}*"));
    same("$status: answer", $status === 200 ? 'down' : false, spread_update_order(...order($change, change: $change, status: $status)));
    lacks("$status: not dead-lettered", 'keeps it', implode($log()));
}
$change = 'its directory deleted';
same("$change: a failure", false, spread_update_order(...order($change, change: $change, status: 503)));
same("$change: error", 503, spread_last_error()?->getCode());
$lines = $log();
same("$change: lines", 2, count($lines));
contains("$change: the reason", "order $change is no longer in the outbox: the outbox cannot be opened", $lines[0]);
lacks("$change: nothing is promised", 'keeps it', implode($lines));
mkdir($place->directory);

// The same at the end of the request.
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $place->setting(), 'spread.delivery' => 'after_response',
    'spread.circuit_breaker' => 0];
$late = static function (string $change, int $status) use ($settings): array {
    $order = var_export(order($change, change: $change, status: $status), true);
    return run_php("echo json_encode(spread_update_order(...$order));", $settings);
};
foreach (['deleted', 'deleted alone', 'moved'] as $change) {
    array_map(unlink(...), glob("{$place->file}*"));
    $said = $late($change, 503);
    same("$change, late: kept", ['true', 1], [$said['out'], substr_count($said['err'], 'spread: ')]);
    contains("$change, late: line", 'the outbox keeps it', $said['err']);
    same("$change, late: the record", ["$change pending 0 0"], $place->records());
}
$said = $late('its directory deleted', 503);
same('its directory deleted, late', ['true', 2], [$said['out'], substr_count($said['err'], 'spread: ')]);
contains('its directory deleted, late: the reason', 'is no longer in the outbox: the outbox cannot be opened', $said['err']);
lacks('its directory deleted, late: nothing is promised', 'keeps it', $said['err']);
echo "done\n";
?>
--EXPECT--
done
