--TEST--
A second connection of a process takes no locks from the first: another program leaves the log of changes
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
// Another process: this one closes its files before it runs a program.
$settings = ['spread.endpoint' => 'http://127.0.0.1:9/', 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.delivery' => 'deferred', 'spread.log_failures' => 0];
$code = 'while (($line = fgets(STDIN)) !== false) {
    [$timeout, $outbox] = explode(" ", rtrim($line));
    ini_set("spread.timeout", $timeout);
    ini_set("spread.outbox", $outbox);
    echo json_encode(spread_update_order(["order_idorder" => $timeout], ["order_idorder" => $timeout])), "\n";
}';
$caller = proc_open(php_command($settings, '-r', $code), [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes);
foreach ([1, 2, 3] as $timeout) {
    // Another timeout, and another way to the same file.
    fwrite($pipes[0], "$timeout sqlite:{$place->directory}" . str_repeat('/.', $timeout) . "/outbox.db\n");
    same("$timeout: kept", "true\n", fgets($pipes[1]));
    clearstatcache();
    $log = fileinode("{$place->file}-wal");
    // The last program that closes the file removes the log; this one is not the last.
    same("$timeout: another program", '', run([program('sqlite3'), $place->file, 'SELECT count(*) FROM spread_records'])['err']);
    clearstatcache();
    same("$timeout: the log", $log, fileinode("{$place->file}-wal"));
}
fclose($pipes[0]);
proc_close($caller);
same('records', 3, count($place->records()));
echo "done\n";
?>
--EXPECT--
done
