--TEST--
While SPREAD fails, calls of a process are held back: kept with an outbox, failing at once without one; one probe at a time
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$log = collect_log();
$arrived = static fn (Recorder $recorder): array => array_map(static fn (array $arrival): string => "{$arrival['id']} {$arrival['status']}", $recorder->arrivals());

// With an outbox two failures in a row open the circuit, quick ones too.
$recorder = new Recorder();
$name = "127.0.0.1:$recorder->port";
configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting());
$client = new Spread\Client('shop', 's3cret');
$recorder->behave('503');
same('closed', 'closed', $client->state());
same('first', [true, 503], [spread_update_order(...order('a')), spread_last_error()?->getCode()]);
same('one failure', 'closed', $client->state());
same('second', [true, 503], [spread_update_order(...order('b')), spread_last_error()?->getCode()]);
same('open', 'open', $client->state());
same('lines', [1, 2], [count(preg_grep("/^spread: $name does not respond; orders are kept in the outbox and not sent until it does/", $lines = $log())), count(preg_grep('/HTTP 503/', $lines))]);
/** Lets probes fail, so that the hold-off is long enough for what follows. */
$longer = static function (int $probes) use (&$client): void {
    for ($number = 0; $number < $probes; $number++) {
        holds("probe $number", wait_until(static fn (): bool => $client->state() === 'half_open', 15));
        spread_update_order(...order("probe $number"));
    }
};
$longer(2);
$log();
$before = $arrived($recorder);
$begun = hrtime(true);
foreach (['c', 'd', 'a'] as $id) {
    same("$id: kept at once", [true, null], [spread_update_order(...order($id)), spread_last_error()]);
}
same('of a client', true, $client->updateOrder(...order('e')));
between('the time', 0, 0.5, (hrtime(true) - $begun) / 1e9);
same('not sent', $before, $arrived($recorder));
same('no line for each', [], $log());
same('records', ['a pending 1 503', 'b pending 1 503', 'probe 0 pending 1 503', 'probe 1 pending 1 503', 'c pending 0 0', 'd pending 0 0', 'a pending 0 0', 'e pending 0 0'], $place->records());
contains('php --ri', "Circuit => open", run_php('foreach ([1, 2] as $id) spread_update_order(["order_idorder" => $id], []); (new ReflectionExtension("spread"))->info();',
    ['spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => (new Place())->setting(), 'spread.log_failures' => 0])['out']);
// Another endpoint has another circuit.
$other = new Recorder();
configure(endpoint: $other->url());
same('another endpoint', 'array', gettype(spread_update_order(...order('f'))));
configure(endpoint: $recorder->url());
// When the hold-off is over one call tries; a failed probe doubles the hold-off.
holds('half-open', wait_until(static fn (): bool => $client->state() === 'half_open', 15));
same('a probe', [true, 503], [spread_update_order(...order('g')), spread_last_error()?->getCode()]);
same('no further one', [true, null], [spread_update_order(...order('h')), spread_last_error()]);
same('one', 1, preg_match_all('/"g 503"/', json_encode($arrived($recorder))));
$recorder->behave('up');
holds('half-open again', wait_until(static fn (): bool => $client->state() === 'half_open', 30));
same('a probe that succeeds', 'array', gettype(spread_update_order(...order('i'))));
same('closed again', 'closed', $client->state());
same('and open to all', 'array', gettype(spread_update_order(...order('j'))));
same('a line', 1, count(preg_grep("/^spread: $name responds again, after \d+ s$/", $log())));
// Refusals of orders and of keys are responses.
foreach (['422', '401', '429', '400'] as $status) {
    $recorder->behave($status);
    for ($number = 0; $number < 4; $number++) {
        spread_update_order(...order("$status $number"));
        same("$status: $number", (int) $status, spread_last_error()?->getCode());
    }
}
same('still closed', 'closed', $client->state());
$log();

// Without an outbox quick failures hold nothing back.
$recorder = new Recorder();
$name = "127.0.0.1:$recorder->port";
configure(endpoint: $recorder->url(), outbox: '', timeout: 1.2);
$client = new Spread\Client('shop', 's3cret');
$recorder->behave('503');
for ($number = 0; $number < 5; $number++) {
    same("quick $number", [false, 503], [spread_update_order(...order("quick $number")), spread_last_error()?->getCode()]);
}
same('closed', 'closed', $client->state());
// Slow ones do.
$recorder->behave('late 3');
foreach (['k', 'l'] as $id) {
    same($id, [false, 'Spread\TimeoutException'], [spread_update_order(...order($id)), get_class(spread_last_error())]);
}
same('open', 'open', $client->state());
$longer(1);
$log();
$begun = hrtime(true);
same('fails at once', false, spread_update_order(...order('m')));
between('the time', 0, 0.5, (hrtime(true) - $begun) / 1e9);
$error = spread_last_error();
same('class', Spread\ConnectionException::class, $error::class);
same('message', 1, preg_match("/^order m was not sent: $name has not responded for [\d.]+ s, and calls are held back for another [\d.]+ s; send it again then$/", $error->getMessage()));
same('retryable', [true, 0], [$error->isRetryable(), $error->getCode()]);
between('retry after', 0.001, 10, $error->getRetryAfter());
same('no line for each', [], $log());
same('of a client', 'Spread\ConnectionException', strtok((string) thrown(static fn () => $client->updateOrder(...order('n'))), ':'));

// Switched off, every call tries.
configure(circuit_breaker: 0, timeout: 0.4);
same('switched off', [false, 'Spread\TimeoutException'], [spread_update_order(...order('o')), get_class(spread_last_error())]);
same('its state', 'closed', (new Spread\Client('shop', 's3cret'))->state());
echo "done\n";
?>
--EXPECT--
done
