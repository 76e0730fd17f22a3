--TEST--
A child that exits, calling or not, neither uses nor closes its parent's connection to the outbox
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('mariadbd', 'mariadb-install-db', 'mariadb');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$database = new MariaDb();
configure(
    endpoint: 'http://127.0.0.1:9/', public_key: 'shop', private_key: 's3cret',
    outbox: $database->setting(), delivery: 'deferred', timeout: 20,
);
$log = collect_log();
$connections = static fn (): array => $database->query("SELECT id FROM information_schema.processlist WHERE user = 'shop' ORDER BY id");

same('the first call', true, spread_update_order(...order('first')));
$own = $connections();
same('connections of the parent', 1, count($own));

$children = [];
for ($child = 0; $child < 40; $child++) {
    $pid = pcntl_fork();
    if ($pid === 0) {
        pcntl_alarm(60);
        // Half of them make a call on a connection of their own first.
        exit($child % 2 && spread_update_order(...order("child-$child")) !== true ? 1 : 0);
    }
    $children[] = $pid;
    same('a call of the parent', true, spread_update_order(...order("parent-$child")));
}
foreach ($children as $pid) {
    pcntl_waitpid($pid, $status);
    same('status of a child', 0, $status);
}
same('a call after all of them', true, spread_update_order(...order('last')));
holds('only the parent is connected', wait_until(static fn (): bool => count($connections()) === 1, 10), implode(' ', $connections()));
same('the parent kept its connection', $own, $connections());
same('log', [], $log());
same('all are pending', 42 + 20, $database->pending());
echo "done\n";
?>
--EXPECT--
done
