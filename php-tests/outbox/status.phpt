--TEST--
spread_outbox_status() returns the numbers of `spread-outbox status --json`
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
Worker::program() ?? die('skip the worker is not built');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json('as asked', (int) $order['request']['order_idorder']);
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', delivery: 'deferred', circuit_breaker: 0);
$log = collect_log();

// Without an outbox it throws in every mode.
foreach (['silent', 'warning', 'exception'] as $mode) {
    configure(error_mode: $mode);
    same($mode, 'Spread\ConfigurationException: the outbox was not read: spread.outbox is empty', thrown(static fn () => spread_outbox_status()));
    same("$mode: last error", 'Spread\ConfigurationException', get_debug_type(spread_last_error()));
    same("$mode: log", 1, count($log()));
}
configure(outbox: 'nonsense', error_mode: 'silent');
contains('nonsense', 'Spread\ConfigurationException: the outbox was not read: spread.outbox must be', thrown(static fn () => spread_outbox_status()));
$damaged = new Place();
$damaged->path('outbox.db', str_repeat('no database ', 100));
configure(outbox: $damaged->setting());
contains('damaged', 'Spread\ConfigurationException: the outbox was not read: the outbox cannot be opened (', thrown(static fn () => spread_outbox_status()));
contains('an argument', 'ArgumentCountError', thrown(static fn () => spread_outbox_status(1)));

configure(outbox: $place->setting());
$empty = ['outbox' => $place->setting(), 'pending' => 0, 'in_flight' => 0, 'refused' => 0, 'expired' => 0, 'oldest_seconds' => null, 'key_pairs' => []];
same('an empty outbox', $empty, spread_outbox_status());

/** Both, with the keys of each array in one sequence: only the numbers of seconds may differ, by one. */
$compare = static function (string $what) use ($place): array {
    $sort = static function (array $array) use (&$sort): array {
        is_string(key($array)) && ksort($array);
        return array_map(static fn (mixed $value): mixed => is_array($value) ? $sort($value) : $value, $array);
    };
    $status = spread_outbox_status();
    $worker = run([Worker::program(), 'status', '--json'], ['SPREAD_OUTBOX' => $place->setting()]);
    $json = json_decode($worker['out'], true);
    between("$what: seconds", $status['oldest_seconds'] ?? 0, ($status['oldest_seconds'] ?? 0) + 1, $json['oldest_seconds'] ?? 0);
    foreach ($status['key_pairs'] as $number => $pair) {
        foreach (preg_grep('/seconds/', array_keys($pair)) as $name) {
            between("$what: $name", ($pair[$name] ?? 0) - 1, $pair[$name] ?? 0, $json['key_pairs'][$number][$name] ?? 0);
            $json['key_pairs'][$number][$name] = $pair[$name];
        }
    }
    same($what, $sort(['oldest_seconds' => $status['oldest_seconds']] + $json), $sort($status));
    return $status;
};
foreach (['503', '422', '200', "200\xff"] as $id) {
    spread_update_order(...order($id));
    // Due one after the other: a refusal right before a failure would open the circuit.
    usleep(2_000);
}
configure(public_key: "n\xe9");
spread_update_order(...order('200'));
run(['sqlite3', $place->file, 'UPDATE spread_records SET accepted = accepted - 61000 WHERE id = 1']);
$status = $compare('pending');
same('pending', [5, 0, 0, null], [$status['pending'], $status['in_flight'], $status['refused'], spread_last_error()]);
between('oldest', 61, 65, $status['oldest_seconds']);
same('public keys', ["n\u{fffd}", 'shop'], array_column($status['key_pairs'], 'public_key'));
same('orders', [1, 4], array_column($status['key_pairs'], 'orders'));
configure(public_key: 'shop');
spread_outbox_drain();
$status = $compare('drained');
same('refused', [2, 1], [$status['pending'], $status['refused']]);
// Also without keys, and with the circuit open.
configure(public_key: '', private_key: '');
run(['sqlite3', $place->file, 'UPDATE spread_endpoints SET due = 9000000000000; UPDATE spread_key_pairs SET due = 1']);
$pair = $compare('circuits')['key_pairs'][0];
same('circuits', ['open', 'half_open', 0], [$pair['endpoint_circuit'], $pair['key_pair_circuit'], $pair['key_pair_probe_in_seconds']]);

// A database that does not answer holds the call no longer than the outbox's share of spread.timeout.
$mute = serve_connections(static fn (Connection $connection) => $connection->waitForClose());
configure(outbox: "mysql://shop:hidden-4711@127.0.0.1:{$mute->port}/shop", timeout: 2, connect_timeout: 2);
$begun = hrtime(true);
$thrown = thrown(static fn () => spread_outbox_status());
between('seconds', 0.4, 1.5, (hrtime(true) - $begun) / 1e9);
contains('mute', 'Spread\ConfigurationException: the outbox was not read: the outbox cannot be opened', $thrown);
lacks('mute', 'hidden', $thrown);
echo "done\n";
?>
--EXPECT--
done
