--TEST--
Methods of one order or account share a sequence in the outbox, and an address is stored nowhere but in the body
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$down = $place->path('down');
$served = $place->path('served');
$server = serve(static function (array $request) use ($down, $served): string {
    if (file_exists($down)) {
        return answer(503);
    }
    parse_str($request['body'], $fields);
    file_put_contents($served, "{$request['path']} {$fields['data']['n']}\n", FILE_APPEND);
    return answer_json('ok');
});
$arrived = static function () use ($served): array {
    $lines = is_file($served) ? file($served, FILE_IGNORE_NEW_LINES) : [];
    @unlink($served);
    return $lines;
};
configure(endpoint: $server->url('/api/updateOrder'), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), circuit_breaker: 0);
$log = collect_log();

// A creation that failed goes out before the update, whatever was called in between.
touch($down);
same('kept', true, spread_create_order(['order_idorder' => '1', 'n' => 1]));
same('kept', true, spread_create_account(['customer_email' => 'john@doe.com', 'n' => 2]));
same('kept', true, spread_create_account(['external_id' => '1', 'n' => 3]));
$lines = implode('', $log());
contains('the log names the order', 'order 1', $lines);
contains('and the account', 'account email:', $lines);
lacks('never the address', 'john', $lines);
unlink($down);
same('waits', true, spread_update_order(['order_idorder' => '1', 'n' => 4], ['order_idorder' => '1']));
same('waits', true, spread_update_account(['customer_email' => 'John@doe.com', 'external_id' => '0', 'n' => 5]));
same('waits', true, spread_update_account(['external_id' => 1, 'customer_email' => 'other@doe.com', 'n' => 6]));
same('another account does not', 'ok', spread_update_account(['customer_email' => 'jane@doe.com', 'n' => 7]));
same('arrived', ['/api/updateAccount 7'], $arrived());
$stored = $place->query('SELECT DISTINCT CAST(order_id AS TEXT) AS id, last_error AS error FROM spread_records');
lacks('what is stored', 'doe', json_encode($stored));
$ids = array_unique(array_column($stored, 'id'));
sort($ids);
// The id that docs/outbox.md computes.
same('ids', ['1', 'email:' . substr(hash_hmac('sha256', 'john@doe.com', 's3cret'), 0, 32)], array_map(strval(...), $ids));
$place->makeDue();
spread_outbox_drain();
$lines = $arrived();
foreach ([['createOrder 1', 'updateOrder 4'], ['createAccount 2', 'updateAccount 5'], ['createAccount 3', 'updateAccount 6']] as $pair) {
    $positions = array_map(static fn (string $line): int|false => array_search("/api/$line", $lines, true), $pair);
    holds(implode(', ', $pair), $positions[0] !== false && $positions[0] < $positions[1], implode(', ', $lines));
}
same('all', 6, count($lines));
same('nothing left', [], $place->records());

// The end of the request sends to the URL of each record's method, also of one that an earlier request left.
touch($down);
same('kept', true, spread_create_order(['order_idorder' => '9', 'n' => 1]));
unlink($down);
$log();
$place->makeDue();
$settings = ['endpoint' => $server->url('/api/updateOrder'), 'outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'delivery' => 'after_response'];
$settings = array_combine(array_map(static fn (string $name): string => "spread.$name", array_keys($settings)), $settings);
$code = 'spread_update_order(["order_idorder" => "9", "n" => 2], []); spread_create_account(["customer_email" => "john@doe.com", "n" => 3]); spread_update_account(["customer_email" => "john@doe.com", "n" => 4]);';
same('after the response', ['status' => 0, 'out' => '', 'err' => ''], run_php($code, $settings));
same('arrived', ['/api/createOrder 1', '/api/createAccount 3', '/api/updateAccount 4', '/api/updateOrder 2'], $arrived());
unset($settings['spread.outbox']);
same('and without the outbox', ['status' => 0, 'out' => '', 'err' => ''], run_php($code, $settings));
same('arrived', ['/api/updateOrder 2', '/api/createAccount 3', '/api/updateAccount 4'], $arrived());
same('nothing left', [], $place->records());

// An endpoint without a URL for the method records nothing.
configure(endpoint: $server->url('/orders'), log_failures: 0);
same('not recorded', false, spread_create_account(['external_id' => '1']));
same('nothing left', [], $place->records());
echo "done\n";
?>
--EXPECT--
done
