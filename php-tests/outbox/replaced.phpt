--TEST--
When an outbox's file is deleted or replaced under a running process, the next call uses the new one
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json('fine', str_starts_with($order['request']['order_idorder'], 'down') ? 503 : 200);
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), circuit_breaker: 0);
$log = collect_log();
// A worker, and a process that drains on request: both keep the file open.
$settings = ['outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'endpoint' => $server->url()];
$full = array_combine(array_map(static fn (string $name): string => "spread.$name", array_keys($settings)), $settings);
$drainer = proc_open(
    php_command($full, '-r', 'while (fgets(STDIN) !== false) { echo spread_outbox_drain()["delivered"], "\n"; }'),
    [['pipe', 'r'], ['pipe', 'w'], STDERR],
    $pipes,
);
$drained = static function () use (&$pipes): int {
    fwrite($pipes[0], "now\n");
    return (int) fgets($pipes[1]);
};
$changes = [
    'deleted' => static fn () => array_map(unlink(...), glob("{$place->file}*")),
    'deleted alone' => static fn () => unlink($place->file),
    'moved' => static fn () => rename($place->file, $place->path('moved.db')),
    'replaced by an empty one' => static function () use ($place): void {
        touch($place->path('empty'));
        rename($place->path('empty'), $place->file);
    },
    'replaced by a full one' => static function () use ($place): void {
        $other = new Place();
        run_php('spread_update_order(["order_idorder" => "down there"], ["order_idorder" => "down there"]);', [
            'spread.endpoint' => 'http://127.0.0.1:9/', 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $other->setting(),
            'spread.log_failures' => 0,
        ]);
        array_map(unlink(...), glob("{$place->file}*"));
        rename($other->file, $place->file);
    },
    'its directory moved and made again' => static function () use ($place): void {
        rename($place->directory, "{$place->directory}-old");
        mkdir($place->directory);
        exec('rm -rf ' . escapeshellarg("{$place->directory}-old"));
    },
];
foreach (['direct', 'deferred'] as $delivery) {
    configure(delivery: $delivery);
    foreach ($changes as $what => $change) {
        $what = "$what, $delivery";
        same("$what: before", true, spread_update_order(...order("down before")));
        $change();
        same("$what: kept", true, spread_update_order(...order('down after')));
        same("$what: records", ['down after'], array_values(array_unique(preg_replace('/ pending .*/', '', preg_grep('/after/', $place->records())))));
        $change();
        same("$what: good", $delivery === 'direct' ? 'fine' : true, spread_update_order(...order('good')));
        holds("$what: sound", $place->isSound());
        $change();
        holds("$what: a drain", is_array(spread_outbox_drain()));
    }
}
configure(delivery: 'deferred');
// With its log: SQLite cannot use a new file beside the log of another file in use.
unset($changes['replaced by an empty one']);
foreach ($changes as $what => $change) {
    array_map(unlink(...), glob("{$place->file}*"));
    spread_update_order(...order('good before'));
    same("$what: drained before", 1, $drained());
    $change();
    spread_update_order(...order('good after'));
    same("$what: drained after", 1, $drained());
}
$worker = new Worker($settings);
foreach ($changes as $what => $change) {
    $change();
    spread_update_order(...order('good after'));
    holds("$what: delivered by a worker", wait_until(static fn (): bool => preg_grep('/good/', $place->records()) === [], 5), $worker->log());
}
$worker->stop();
lacks('log', 'without the outbox', implode("\n", $log()));
// A deleted directory is treated as any unusable one.
configure(delivery: 'direct');
exec('rm -rf ' . escapeshellarg($place->directory));
same('gone', 'fine', spread_update_order(...order('good')));
contains('its line', 'its directory must exist', implode($log()));
mkdir($place->directory);
same('back', true, spread_update_order(...order('down again')));
same('records', ['down again pending 1 503'], $place->records());
echo "done\n";
?>
--EXPECT--
done
