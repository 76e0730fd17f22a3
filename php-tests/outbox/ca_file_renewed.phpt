--TEST--
SIGHUP makes the worker read its CA file again; without it, it does so when a certificate's authority is unknown
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
if (Worker::program() === null) {
    die('skip no worker beside the extension');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$place = new Place();
$server = serve(static function (array $request, Connection $connection): string {
    $connection->wait(0.02);
    return answer_json('answered');
}, ['tls' => $tls->server()]);
$trust = static function (string $authority) use ($place): string {
    copy($authority, $place->path('trusted.new'));
    rename($place->path('trusted.new'), $place->path('trusted'));
    return $place->path('trusted');
};
$settings = ['outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'endpoint' => $server->url(), 'ca_file' => $trust($tls->ca)];
configure(...$settings, delivery: 'deferred', log_failures: 0);
$delivered = static fn (int $orders): bool => wait_until(static fn (): bool => count($server->requests()) === $orders && $place->records() === [], 20);

// Enough for each of its eight senders to keep a connection.
for ($number = 1; $number <= 60; $number++) {
    spread_update_order(['order_idorder' => $number], ['order_idorder' => $number]);
}
$worker = new Worker($settings);
holds('the first orders are delivered', $delivered(60), $worker->log());
same('connections', 8, $server->connections());
$trust($tls->otherCa);
$worker->reload();
spread_update_order(['order_idorder' => '61'], ['order_idorder' => '61']);
holds('the authority is no longer trusted', wait_until(static fn (): bool => str_contains($worker->log(), 'unknown authority'), 20), $worker->log());
same('orders', 60, count($server->requests()));

$trust($tls->ca);
holds('the last order is delivered', $delivered(61), $worker->log());
$worker->stop();
echo "done\n";
?>
--EXPECT--
done
