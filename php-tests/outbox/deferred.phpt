--TEST--
With deferred delivery a call returns true at once without a connection, and a drain delivers the order
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$server = serve(static fn (array $request): string => answer_json('fine'));
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), delivery: 'deferred', error_mode: 'exception');
$log = collect_log();
$slowest = 0;
for ($number = 0; $number < 50; $number++) {
    $begun = hrtime(true);
    same("call $number", true, spread_update_order(...order("order $number")));
    $slowest = max($slowest, hrtime(true) - $begun);
    same("call $number: error", null, spread_last_error());
}
between('seconds of the slowest call', 0, 1.0, $slowest / 1e9);
same('connections', 0, $server->connections());
same('log', [], $log());
same('a client', true, (new Spread\Client('shop', 's3cret'))->updateOrder(...order('of a client')));
same('a client that says direct', 'fine', (new Spread\Client('shop', 's3cret', ['delivery' => 'direct']))->updateOrder(...order('direct')));
same('connections', 1, $server->connections());
same('drain', ['delivered' => 51, 'failed' => 0, 'refused' => 0, 'expired' => 0, 'pending' => 0], spread_outbox_drain());
same('records', [], $place->records());
same('requests', 52, count($server->requests()));
same('connections', 1, $server->connections());

// An endpoint that does not exist: nothing is resolved.
configure(endpoint: 'https://nowhere.invalid/');
$begun = hrtime(true);
same('an endpoint that does not exist', true, spread_update_order(...order('nowhere')));
between('seconds', 0, 1.0, (hrtime(true) - $begun) / 1e9);
same('log', [], $log());
// Data that cannot be encoded is not recorded.
configure(public_key: '');
contains('without keys', 'ConfigurationException', thrown(static fn () => spread_update_order(...order('without keys'))));
same('records', ['nowhere pending 0 0'], $place->records());
echo "done\n";
?>
--EXPECT--
done
