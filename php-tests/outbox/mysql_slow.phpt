--TEST--
With a MySQL server that answers slowly a call ends within spread.timeout, and the order is sent or kept
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('mariadbd', 'mariadb-install-db', 'mariadb');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$database = new MariaDb();
$place = new Place();
$pause = $place->path('pause', '0');
$proxy = serve_connections(static function (Connection $connection) use ($database, $pause): void {
    $connection->forward($database->port, static fn (): float => (float) file_get_contents($pause));
});
$good = serve(static fn (array $request): string => answer_json('fine'));
configure(outbox: strtr($database->setting(), [":{$database->port}/" => ":{$proxy->port}/"]), endpoint: $good->url(), public_key: 'shop', private_key: 's3cret', timeout: 2.0, connect_timeout: 2.0);
$log = collect_log();
foreach (['deferred', 'direct'] as $delivery) {
    configure(delivery: $delivery);
    foreach (['on an open connection', 'on a new one'] as $what) {
        if ($what === 'on an open connection') {
            same("$delivery, before", $delivery === 'direct' ? 'fine' : true, spread_update_order(...order("before $delivery")));
        }
        $before = $database->pending() + count($good->requests());
        replace_file($pause, '0.3');
        $begun = hrtime(true);
        $answer = spread_update_order(...order("$delivery $what"));
        $seconds = (hrtime(true) - $begun) / 1e9;
        replace_file($pause, '0');
        holds("$delivery, $what: sent or kept", in_array($answer, ['fine', true], true), json_encode([$answer, $log()]));
        between("$delivery, $what: seconds", 0.3, 2.2, $seconds);
        holds("$delivery, $what: there", $database->pending() + count($good->requests()) > $before);
    }
}
// The end of the call, too: an attempt that takes all of the time leaves almost none.
$silent = serve(static function (array $request, Connection $connection) use ($pause): void {
    replace_file($pause, '5');
    $connection->waitForClose();
});
configure(endpoint: $silent->url());
$begun = hrtime(true);
same('kept', true, spread_update_order(...order('silent')));
between('seconds', 2.0, 2.7, (hrtime(true) - $begun) / 1e9);
contains('its lines', 'was sent, and', implode("\n", $log()));
echo "done\n";
?>
--EXPECT--
done
