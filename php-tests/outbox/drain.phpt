--TEST--
spread_outbox_drain(): limits, arguments and returned counts
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$server = serve(static function (array $request, Connection $connection): string {
    parse_str($request['body'], $order);
    $id = $order['request']['order_idorder'];
    if (str_starts_with($id, 'slow')) {
        $connection->wait(0.2);
    }
    return str_starts_with($id, 'status ') ? answer_json('as asked', (int) substr($id, 7)) : answer_json('fine');
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', delivery: 'deferred');
$log = collect_log();
$done = static fn (int $delivered = 0, int $failed = 0, int $refused = 0, int $expired = 0, int $pending = 0): array => compact('delivered', 'failed', 'refused', 'expired', 'pending');

// Without an outbox it throws in every mode.
foreach (['silent', 'warning', 'exception'] as $mode) {
    configure(error_mode: $mode);
    same($mode, 'Spread\ConfigurationException: the outbox was not drained: spread.outbox is empty', thrown(static fn () => spread_outbox_drain()));
    same("$mode: last error", 'Spread\ConfigurationException', get_debug_type(spread_last_error()));
    same("$mode: log", 1, count($log()));
}
configure(outbox: 'nonsense', error_mode: 'silent');
contains('nonsense', 'Spread\ConfigurationException: the outbox was not drained: spread.outbox must be', thrown(static fn () => spread_outbox_drain()));
configure(outbox: $place->setting());
foreach ([[0], [-1], [PHP_INT_MIN], [1, 0.0], [1, -1.0], [1, NAN], [1, INF], [1, 86401.0]] as $arguments) {
    contains(var_export($arguments, true), 'ValueError: spread_outbox_drain(): Argument #' . count($arguments), thrown(static fn () => spread_outbox_drain(...$arguments)));
}
foreach ([['x'], [[]], [1, 'x'], [1, []]] as $arguments) {
    contains(json_encode($arguments), 'TypeError: spread_outbox_drain(): Argument #' . count($arguments), thrown(static fn () => spread_outbox_drain(...$arguments)));
}
contains('three', 'ArgumentCountError', thrown(static fn () => spread_outbox_drain(1, 1.0, 1)));
same('an empty outbox', $done(), spread_outbox_drain(seconds: 1, limit: 1));

$keep = static function (string ...$ids): void {
    foreach ($ids as $id) {
        same($id, true, spread_update_order(...order($id)));
    }
};
// The limit.
$keep(...array_map(static fn (int $number): string => "order $number", range(1, 25)));
same('10 of 25', $done(delivered: 10, pending: 15), spread_outbox_drain(10));
same('1 of 15', $done(delivered: 1, pending: 14), spread_outbox_drain(1));
same('the others', $done(delivered: 14), spread_outbox_drain(PHP_INT_MAX));
// All updates of one order, in one drain.
$keep(...array_fill(0, 20, 'one'));
same('20 of one order', $done(delivered: 20), spread_outbox_drain());
// The time limit: the last attempt may end later.
$keep(...array_map(static fn (int $number): string => "slow $number", range(1, 20)));
$begun = hrtime(true);
$some = spread_outbox_drain(100, 0.5);
between('seconds', 0.4, 1.2, (hrtime(true) - $begun) / 1e9);
between('delivered meanwhile', 2, 4, $some['delivered']);
same('the others are pending', 20 - $some['delivered'], $some['pending']);
same('and are delivered', $done(delivered: 20 - $some['delivered']), spread_outbox_drain(100, 30.0));
// Failed orders stay pending for a later drain, refused ones are dead-lettered. The limits keep out a second attempt:
// a random delay of a few milliseconds can end while the drain goes on.
$keep('status 500', 'status 500', 'status 422', 'status 422', 'fine');
$log();
same('failures', $done(delivered: 1, failed: 1, refused: 2, pending: 2), spread_outbox_drain(4));
same('records', ['status 500 pending 1 500', 'status 500 pending 0 0', 'status 422 refused 1 422', 'status 422 refused 1 422'], $place->records());
same('the last error is not set', null, spread_last_error());
$place->makeDue();
same('again', $done(failed: 1, pending: 2), spread_outbox_drain(1));
same('records', 'status 500 pending 2 500', $place->records()[0]);
// Expiry after seven days, and not before one attempt.
$old = (time() - 8 * 86400) * 1000;
run(['sqlite3', $place->file, "UPDATE spread_records SET age_start = $old WHERE state = 0"]);
$place->makeDue();
same('too old', $done(failed: 1, expired: 1, pending: 1), spread_outbox_drain(1));
same('records', ['status 500 expired 2 500', 'status 500 pending 1 500'], array_slice($place->records(), 0, 2));
$place->makeDue();
same('the second one, too', $done(expired: 1), spread_outbox_drain());
// Orders of other keys are not touched.
$keep('of this shop');
configure(public_key: 'another');
same('other keys', $done(pending: 1), spread_outbox_drain());
configure(public_key: 'shop', private_key: '');
contains('without keys', 'Spread\ConfigurationException', thrown(static fn () => spread_outbox_drain()));
configure(private_key: 's3cret');
same('these', $done(delivered: 1), spread_outbox_drain());
holds('sound', $place->isSound());
echo count($server->requests()), " requests on {$server->connections()} connection\n";
?>
--EXPECTF--
%d requests on 1 connection
