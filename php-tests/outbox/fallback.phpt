--TEST--
With an unusable outbox orders are sent without it, and one line in the log gives the reason
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
    return $order['request']['order_idorder'] === 'good' ? answer_json('fine') : answer_json('wrong', 500);
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret');
$log = collect_log();
set_error_handler(static function (int $level, string $message): bool {
    holds('nothing is raised', false, $message);
    return true;
});
mkdir($place->path('directory'));
$place->path('text', str_repeat("this is no database\n", 200));
touch($place->path('foreign'));
exec('sqlite3 ' . $place->path('foreign') . ' "CREATE TABLE spread_orders (x); CREATE TABLE other (y)"');
exec('sqlite3 ' . $place->path('newer') . ' "PRAGMA user_version = 1000"');
exec('sqlite3 ' . $place->path('damaged') . ' "CREATE TABLE a (b); INSERT INTO a VALUES (1)"');
file_put_contents($place->path('damaged'), str_repeat('x', 5000), FILE_APPEND);
$damaged = file_get_contents($place->path('damaged'));
file_put_contents($place->path('damaged'), substr($damaged, 0, 100) . str_repeat('y', strlen($damaged) - 100));

$cases = [
    'sqlite:' . $place->path('missing/outbox.db') => 'its directory must exist',
    'sqlite:' . $place->path('text/outbox.db') => $place->path('text'),
    'sqlite:' . $place->path('directory') => $place->path('directory'),
    'sqlite:' . $place->path('text') => 'not an SQLite database',
    'sqlite:' . $place->path('foreign') => $place->path('foreign'),
    'sqlite:' . $place->path('newer') => 'the outbox has schema version 1000',
    'sqlite:' . $place->path('damaged') => 'damaged',
    'sqlite:/proc/outbox.db' => '/proc/outbox.db',
    'sqlite:/dev/null' => '/dev/null',
    "sqlite:/nowhere/\n\tspread: forged\x1b[0m" => 'its directory must exist',
    'sqlite:relative.db' => 'spread.outbox must be',
    'sqlite:' => 'spread.outbox must be',
    'outbox.db' => 'spread.outbox must be',
    'mysql://shop:hidden-4711@127.0.0.1' => 'spread.outbox must be',
    "sqlite:\xff" => 'spread.outbox must be',
];
foreach (['direct', 'deferred'] as $delivery) {
    foreach ($cases as $outbox => $reason) {
        configure(outbox: $outbox, delivery: $delivery);
        $what = json_encode($outbox, JSON_INVALID_UTF8_SUBSTITUTE) . ", $delivery";
        $before = count($server->requests());
        same("$what: answer", 'fine', spread_update_order(...order('good')));
        same("$what: error", null, spread_last_error());
        $lines = $log();
        same("$what: lines", 1, count($lines));
        contains("$what: line", $reason, $lines[0] ?? '');
        contains("$what: line", 'order good was sent without the outbox', $lines[0] ?? '');
        lacks("$what: line", 'hidden', $lines[0] ?? '');
        holds("$what: one line", preg_match('/[\x00-\x1f\x7f]/', $lines[0] ?? '') === 0, json_encode($lines));
        same("$what: requests", $before + 1, count($server->requests()));
        // A failed call returns false: the order is not kept.
        same("$what: a failure", false, spread_update_order(...order('bad')));
        same("$what: its error", 500, spread_last_error()?->getCode());
        same("$what: its lines", 2, count($log()));
        configure(log_failures: 0);
        same("$what: without a log", 'fine', spread_update_order(...order('good')));
        same("$what: no line", [], $log());
        configure(log_failures: 1);
    }
}
same('of a client', 'fine', (new Spread\Client('shop', 's3cret', ['outbox' => 'sqlite:' . $place->path('missing/x')]))->updateOrder(...order('good')));
contains('its line', 'its directory must exist', $log()[0] ?? '');
contains('a drain gives the same reason', 'Spread\ConfigurationException', thrown(static function () use ($place): void {
    configure(outbox: 'sqlite:' . $place->path('missing/x'));
    spread_outbox_drain();
}));
$log();
// The file is unchanged, and the files created beside it are gone or empty.
same('the text', str_repeat("this is no database\n", 200), file_get_contents($place->path('text')));
configure(outbox: $place->setting(), delivery: 'direct');
same('and a good one works', [true, []], [spread_update_order(...order('bad')), array_slice($log(), 1)]);
echo count($cases), " outboxes\n";
?>
--EXPECT--
15 outboxes
