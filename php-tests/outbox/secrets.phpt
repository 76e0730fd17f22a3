--TEST--
An outbox's files are private to the user, hold no private key, and no delivered orders once the process has ended
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json('fine', str_starts_with($order['request']['order_idorder'], 'fail') ? 503 : 200);
});
$secret = 'private-4711';
$modes = static fn (Place $place): array => array_unique(array_map(static fn (string $file): string => decoct(fileperms($file) & 07777), glob("{$place->file}*")));
foreach (['direct', 'deferred'] as $delivery) {
    $place = new Place();
    chmod($place->directory, 0777);
    $settings = [
        'spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => $secret,
        'spread.outbox' => $place->setting(), 'spread.delivery' => $delivery, 'spread.log_failures' => 0,
    ];
    // While the process runs, the files hold no key and are private to the user.
    $code = <<<'PHP'
        umask(0);
        for ($number = 0; $number < 300; $number++) {
            $order = ['order_idorder' => "order $number", 'customer_email' => "marker-$number@example.com"];
            spread_update_order($order, $order);
        }
        if (ini_get('spread.delivery') === 'deferred') {
            spread_outbox_drain(1000, 30.0);
        }
        fwrite(STDOUT, "ready\n");
        fgets(STDIN);
        PHP;
    $process = proc_open(php_command($settings, '-r', $code), [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes);
    same("$delivery: ready", "ready\n", fgets($pipes[1]));
    same("$delivery: modes", ['600'], array_values($modes($place)));
    same("$delivery: records", [], $place->records());
    holds("$delivery: no key while it lives", !str_contains($place->bytes(), $secret));
    fwrite($pipes[0], "end\n");
    fclose($pipes[0]);
    same("$delivery: status", 0, proc_close($process));
    holds("$delivery: there was an outbox", filesize($place->file) > 0);
    foreach (['marker-', $secret, 'example.com', 'order 7'] as $word) {
        holds("$delivery: no \"$word\" afterwards", !str_contains($place->bytes(), $word));
    }
    // An undelivered order stays, without its private key.
    run_php('spread_update_order(["order_idorder" => "fail", "customer_email" => "waits@example.com"], ["order_idorder" => "fail"]);', $settings);
    holds("$delivery: the pending order is there", str_contains($place->bytes(), 'waits%40example.com'));
    holds("$delivery: its key is not", !str_contains($place->bytes(), $secret));
    same("$delivery: modes afterwards", ['600'], array_values($modes($place)));
}
// An existing file keeps its mode; the files beside it get the same.
$place = new Place();
touch($place->file);
chmod($place->file, 0660);
configure(outbox: $place->setting(), endpoint: $server->url(), public_key: 'shop', private_key: $secret, log_failures: 0);
same('kept', true, spread_update_order(...order('fail')));
same('modes', ['660'], array_values($modes($place)));
// Neither the last errors of records nor the log hold keys or customer data.
configure(delivery: 'deferred', private_key: "$secret", log_failures: 1);
$log = collect_log();
spread_update_order(...order('fail again', customer_email: 'john@doe.com'));
spread_outbox_drain();
foreach ([...$log(), ...array_column($place->query('SELECT last_error FROM spread_records'), 'last_error')] as $text) {
    lacks('a message', $secret, $text);
    lacks('a message', 'john', $text);
}
echo "done\n";
?>
--EXPECT--
done
