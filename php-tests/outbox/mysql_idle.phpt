--TEST--
A web server's idle processes hold no MySQL connection, and a call that gets none gives the others back
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('mariadbd', 'mariadb-install-db', 'mariadb', 'nginx');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$database = new MariaDb();
$open = static fn (): int => (int) $database->query("SELECT COUNT(*) FROM information_schema.processlist WHERE db = 'spread'")[0];
$settings = ['spread.endpoint' => 'http://127.0.0.1:9/', 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $database->setting(), 'spread.delivery' => 'deferred'];

$root = new WebRoot();
[$url, $daemons] = start_fpm_behind_nginx($root, 6, $settings);
$processes = [];
for ($order = 1; $order <= 60 && count($processes) < 6; $order++) {
    $page = page($url, ['id' => $order]);
    same("order $order", true, $page['answer'] ?? $page);
    $processes[$page['process']] = true;
}
holds('several processes have stored orders', count($processes) > 3, json_encode($processes));
same('stored', $order - 1, $database->pending());
holds('all are given back', wait_until(static fn (): bool => $open() === 0, 5));
foreach ($daemons as $daemon) {
    $daemon->stop();
}

// A process that goes on keeps its connection, and gives it back when another outbox gets none.
foreach ($settings as $name => $value) {
    ini_set($name, $value);
}
$server = serve(static fn (array $request): string => answer_json('fine'));
configure(endpoint: $server->url());
$log = collect_log();
same('stored', [true, true], [spread_update_order(...order('a')), spread_update_order(...order('b'))]);
same('it stays open', 1, $open());
$database->query("CREATE USER other@'%' IDENTIFIED BY 'hidden-4711' WITH MAX_CONNECTIONS_PER_HOUR 1; GRANT ALL ON spread.* TO other@'%'");
$other = strtr($database->setting(), ['//shop:' => '//other:']);
configure(outbox: $other);
same('stored by another user', true, spread_update_order(...order('c')));
same('two stay open', 2, $open());
configure(outbox: "$other?ssl-mode=disabled");
same('sent', 'fine', spread_update_order(...order('d')));
contains('its line', 'the server has too many connections', implode($log()));
holds('both are given back', wait_until(static fn (): bool => $open() === 0, 5));
echo "done\n";
?>
--EXPECT--
done
