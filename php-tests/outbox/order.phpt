--TEST--
Updates of one order are delivered in the sequence of the calls: a later one waits for an earlier one, other orders do not
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$recorder = new Recorder();
configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), circuit_breaker: 0);
$log = collect_log();
$sequence = 0;
$send = static function (string|int|float|null $id) use (&$sequence): mixed {
    $sequence++;
    return $id === null ? spread_update_order(['sequence' => $sequence], []) : spread_update_order(['sequence' => $sequence] + order($id)[0], order($id)[1]);
};
$arrived = static fn (): array => array_map(static fn (array $arrival): string => "{$arrival['id']} {$arrival['sequence']} {$arrival['status']}", $recorder->arrivals());

$recorder->behave('503');
same('the first fails', true, $send('A'));
same('and says why', 503, spread_last_error()?->getCode());
same('log', 1, count($log()));
$recorder->behave('up');
same('the second waits for it', true, $send('A'));
same('nothing went wrong with it', [null, []], [spread_last_error(), $log()]);
same('another order does not', ['status' => 200], array_intersect_key((array) $send('B'), ['status' => 1]));
same('no order does not, either', 'array', gettype($send(null)));
same('the third waits as well', true, $send('A'));
same('arrived', ['A 1 503', 'B 3 200', ' 4 200'], $arrived());
same('records', ['A pending 1 503', 'A pending 0 0', 'A pending 0 0'], $place->records());

// The same id with other keys or at another endpoint is another order.
configure(public_key: 'another shop');
same('other keys', 'array', gettype($send('A')));
configure(public_key: 'shop', endpoint: $recorder->url('/another'));
same('another endpoint', 'array', gettype($send('A')));
configure(endpoint: $recorder->url());
same('records', 3, count($place->records()));

$place->makeDue();
same('drain', ['delivered' => 3, 'failed' => 0, 'refused' => 0, 'expired' => 0, 'pending' => 0], spread_outbox_drain());
same('in the order of the calls', ['A 1 200', 'A 2 200', 'A 5 200'], array_slice($arrived(), -3));
same('then the next is sent at once', 'array', gettype($send('A')));

// 7, 7.0 and "7" are one id on the wire, and one order.
$recorder->behave('503');
foreach ([7, '7', 7.0, 1.5, '1.5', 1e25, '1.0E+25', -0.0, '-0'] as $id) {
    same(var_export($id, true), true, $send($id));
}
same('records', [
    '7 pending 1 503', '7 pending 0 0', '7 pending 0 0', '1.5 pending 1 503', '1.5 pending 0 0',
    '1.0E+25 pending 1 503', '1.0E+25 pending 0 0', '-0 pending 1 503', '-0 pending 0 0',
], $place->records());
same('the ids are those on the wire', ['7', '1.5', '1.0E+25', '-0'], array_values(array_unique(array_map(static function (string $body): string {
    parse_str($body, $order);
    return $order['request']['order_idorder'];
}, $place->bodies()))));
// Orders without an id do not wait; very long ids are compared to the last byte.
foreach ([null, null, str_repeat('x', 5000) . 'a', str_repeat('x', 5000) . 'b', "\0\xff", "\0\xfe"] as $number => $id) {
    $before = count($recorder->arrivals());
    same("id $number", true, $send($id));
    same("id $number: was tried", $before + 1, count($recorder->arrivals()));
}
$recorder->behave('up');
$place->makeDue();
same('drain', [15, 0], array_values(array_intersect_key(spread_outbox_drain(), ['delivered' => 1, 'pending' => 1])));
// Those of A were checked above: they belong to three orders.
$arrivals = array_filter($recorder->arrivals(), static fn (array $arrival): bool => !in_array($arrival['id'], ['', 'A'], true));
$calls = array_map(static fn (array $arrival): array => ['outcome' => 'kept'] + $arrival, $arrivals);
judge('the others', $calls, array_values($arrivals));
echo "done\n";
?>
--EXPECT--
done
