--TEST--
200 random faults with an outbox on MariaDB: locks, killed connections, stopped and killed processes, outages, clocks that differ and are set; the last accepted state of each order wins
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('mariadbd', 'mariadb-install-db', 'mariadb');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/faults.inc';

$database = new MariaDb();
$connections = static fn (): array => $database->query("SELECT id FROM information_schema.processlist WHERE user = 'shop'");
$kill = static function (array $ids) use ($database): void {
    // Some have ended meanwhile.
    foreach ($ids as $id) {
        run($database->client("KILL $id"));
    }
};
$statement = static fn (string $sql): Closure => static fn (Faults $faults, float $for) => $faults->start($database->client(sprintf($sql, "SELECT SLEEP($for)")));
$faults = new Faults($database->setting(), [
    'tables locked' => [20, $statement('USE spread; LOCK TABLES spread_orders WRITE, spread_records WRITE; %s; UNLOCK TABLES')],
    'rows locked' => [25, $statement('USE spread; START TRANSACTION; SELECT * FROM spread_orders FOR UPDATE; %s; COMMIT')],
    'records locked' => [10, $statement('USE spread; START TRANSACTION; SELECT * FROM spread_records FOR UPDATE; %s; COMMIT')],
    'connection killed' => [30, static fn () => ($ids = $connections()) === [] || $kill([$ids[array_rand($ids)]])],
    'connections killed' => [8, static fn () => $kill($connections())],
    'server stopped' => [5, static function (Faults $_, float $for) use ($database): void {
        // By another process: this one may wait for the server meanwhile.
        if (pcntl_fork() === 0) {
            $database->pause();
            usleep((int) ($for * 1e6));
            $database->resume();
            end_process();
        }
    }],
], one_clock: false);
$due = 'USE spread; UPDATE spread_orders SET due = 1 WHERE due IS NOT NULL AND token IS NULL; UPDATE spread_endpoints SET due = LEAST(due, 1); UPDATE spread_key_pairs SET due = LEAST(due, 1)';
$faults->run(static fn () => $faults->start($database->client($due)), $database->pending(...));
$faults->judge();
echo "done\n";
?>
--EXPECT--
done
