--TEST--
A script sends its orders when it ends: in sequence, within one spread.timeout, and however it ends
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
$base = ['spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.delivery' => 'after_response', 'spread.timeout' => 3, 'spread.circuit_breaker' => 0];
$outboxes = ['without an outbox' => [], 'with an outbox' => ['spread.outbox' => $place->setting()]];
if (polyfill() !== null) {
    unset($outboxes['with an outbox']);
}
$arrived = static function () use ($recorder): array {
    static $seen = 0;
    $new = array_slice($recorder->arrivals(), $seen);
    $seen += count($new);
    return array_map(static fn (array $arrival): string => "{$arrival['id']} {$arrival['status']}", $new);
};
$call = 'function call($id, ...$more) { return spread_update_order(["order_idorder" => $id] + $more, ["order_idorder" => $id]); } ';

foreach ($outboxes as $what => $outbox) {
    $settings = $base + $outbox;
    $kept = $outbox === [] ? '' : '; the outbox keeps it and will send it again';

    $recorder->behave('up');
    $said = run_php($call . 'foreach (["b", "a", "b", "c", ""] as $id) { echo json_encode(call($id)); } echo json_encode(spread_last_error());', $settings);
    same("$what: the calls", ['status' => 0, 'out' => 'truetruetruetruetruenull', 'err' => ''], $said);
    same("$what: the orders, in sequence", ['b 200', 'a 200', 'b 200', 'c 200', ' 200'], $arrived());

    // One that fails does not hold up others.
    $recorder->behave('503');
    $said = run_php($call . 'call("x"); call("y");', $settings);
    same("$what: failures", "spread: SPREAD refused order x: HTTP 503 Service Unavailable; send it again later$kept\nspread: SPREAD refused order y: HTTP 503 Service Unavailable; send it again later$kept\n", $said['err']);
    same("$what: their attempts", ['x 503', 'y 503'], $arrived());
    same("$what: without a log", '', run_php($call . 'call("x");', $settings + ['spread.log_failures' => 0])['err']);
    $arrived();

    // All within one timeout.
    $recorder->behave('late 2');
    $begun = hrtime(true);
    $said = run_php($call . 'foreach (range(1, 5) as $id) { call("t$id"); }', $settings);
    // With an outbox, an attempt for which less than half of the timeout is left is not made.
    between("$what: the time", $outbox === [] ? 2.9 : 1.9, 5.5, (hrtime(true) - $begun) / 1e9);
    same("$what: one is delivered", 1, count(preg_grep('/ 200$/', $arrived())));
    if ($outbox === []) {
        same("$what: one had no time left", 1, preg_match_all('/^spread: no complete response for order t2 within 3 s/m', $said['err']));
        same("$what: nor the others", 3, preg_match_all('/^spread: order t[345] was not sent: the orders before it took 3 s \(spread\.timeout\)$/m', $said['err']));
    }
    $recorder->behave('up');
    if ($outbox !== []) {
        same("$what: none was cut off", ['t2 0', 't3 0', 't4 0', 't5 0'], array_map(static fn (array $row): string => "{$row['name']} {$row['attempts']}", $place->query("SELECT CAST(order_id AS TEXT) AS name, attempts FROM spread_records WHERE order_id BETWEEN CAST('t' AS BLOB) AND CAST('u' AS BLOB) ORDER BY name")));
        configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), log_failures: 0);
        $place->makeDue();
        wait_until(static fn (): bool => $place->query('SELECT 1 FROM spread_orders WHERE token IS NOT NULL') === [], 20);
        same("$what: the others are kept", 0, drain_all(10));
        holds("$what: and delivered", array_diff(['x 200', 'y 200', 't3 200', 't4 200', 't5 200'], $arrived()) === []);
        same("$what: nothing is left", [], $place->records());
    }
}

// A call that sends at once does not overtake.
$said = run_php($call . 'call("d", order_state: 10); ini_set("spread.delivery", "direct"); echo json_encode(call("d", order_state: 20)["id"] ?? null);', $base);
same('before a direct one', ['d 200', 'd 200'], $arrived());

// An outbox that cannot be used.
$said = run_php($call . 'echo json_encode(call("e"));', $base + ['spread.outbox' => 'sqlite:/nowhere/outbox.db']);
same('unusable: the call', 'true', $said['out']);
$reason = polyfill() === null ? 'the outbox cannot be opened' : 'it needs the extension spread';
contains('unusable: the line', "order e is sent without the outbox: $reason", $said['err']);
same('unusable: sent', ['e 200'], $arrived());

// A client, with its own settings.
$said = run_php('$client = new Spread\Client("shop", "s3cret", ["delivery" => "direct"]); echo gettype($client->updateOrder(["order_idorder" => "f"], ["order_idorder" => "f"])), json_encode(spread_update_order(["order_idorder" => "g"], ["order_idorder" => "g"]));', $base);
same('a client', 'arraytrue', $said['out']);
same('its sequence', ['f 200', 'g 200'], $arrived());

// A child that is forked leaves the orders to its parent.
$said = run_php($call . 'call("i"); $pid = pcntl_fork(); if ($pid === 0) { call("j"); exit; } pcntl_waitpid($pid, $status); call("k");', $base);
same('a fork', ['status' => 0, 'out' => '', 'err' => ''], $said);
same('its sequence', ['j 200', 'i 200', 'k 200'], $arrived());

// Many: the memory is bounded.
$said = run_php($call . 'foreach (range(1, 1100) as $id) { call("m"); } echo "called";', ['spread.timeout' => polyfill() === null ? 30 : 300] + $base);
same('many', 'called', $said['out']);
same('all of them', 1100, count($arrived()));

// `deferred` needs an outbox.
configure(endpoint: $recorder->url(), public_key: 'shop', private_key: 's3cret', delivery: 'deferred', outbox: '', log_failures: 0);
same('deferred without an outbox', false, spread_update_order(...order('h')));
same('its error', 'Spread\ConfigurationException: order h was not sent: spread.delivery must be direct or after_response while spread.outbox is empty', get_class(spread_last_error()) . ': ' . spread_last_error()->getMessage());
echo "done\n";
?>
--EXPECT--
done
