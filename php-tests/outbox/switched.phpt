--TEST--
ini_set() and the options of a client select the outbox of a call; without one nothing is kept
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$places = [];
for ($number = 0; $number < 12; $number++) {
    $places[] = new Place();
}
configure(endpoint: 'http://127.0.0.1:9/api', public_key: 'shop', private_key: 's3cret', log_failures: 0, circuit_breaker: 0);
same('without an outbox', false, spread_update_order(...order('nowhere')));
// More outboxes than a process keeps open, repeatedly.
for ($round = 0; $round < 3; $round++) {
    foreach ($places as $number => $place) {
        configure(outbox: $place->setting(), timeout: 5 + $number % 2);
        same("outbox $number", true, spread_update_order(...order("$round in $number")));
    }
}
foreach ($places as $number => $place) {
    same("records of outbox $number", ["0 in $number pending 1 0", "1 in $number pending 1 0", "2 in $number pending 1 0"], $place->records());
}
ini_restore('spread.outbox');
same('without one again', false, spread_update_order(...order('nowhere')));

// A client keeps its outbox.
[$first, $second] = $places;
$plain = new Spread\Client('shop', 's3cret');
configure(outbox: $first->setting(), delivery: 'deferred');
$of_settings = new Spread\Client('shop', 's3cret');
$of_options = new Spread\Client('shop', 's3cret', ['outbox' => $second->setting(), 'delivery' => 'direct']);
$none = new Spread\Client('shop', 's3cret', ['outbox' => '', 'delivery' => 'direct']);
configure(outbox: '', delivery: 'direct');
foreach (['plain' => $plain, 'none' => $none] as $name => $client) {
    contains($name, 'Spread\ConnectionException', thrown(static fn () => $client->updateOrder(...order('nowhere'))));
}
same('of the settings', [true, null], [$of_settings->updateOrder(...order('of settings')), spread_last_error()]);
same('of the options', [true, 'Spread\ConnectionException'], [$of_options->updateOrder(...order('of options')), get_debug_type(spread_last_error())]);
same('kept', 'of settings pending 0 0', $first->records()[3] ?? null);
same('kept', 'of options pending 1 0', $second->records()[3] ?? null);
same('nothing else', [4, 4], [count($first->records()), count($second->records())]);
// Different spellings of one path.
foreach (['sqlite://' . $first->file, 'sqlite:' . $first->file . '?synchronous=full', 'sqlite:' . $first->file . '?synchronous=normal', ' sqlite:' . $first->file . ' ', 'sqlite:' . dirname($first->file) . '/./outbox.db'] as $number => $setting) {
    configure(outbox: $setting);
    same($setting, true, spread_update_order(...order("written $number")));
}
same('all in one', 9, count($first->records()));
echo "done\n";
?>
--EXPECT--
done
