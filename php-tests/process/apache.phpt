--TEST--
In Apache's mod_php pages send orders, connections outlive them, and failures of a page do not affect the next
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('mod_php');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json([$order['data']['order_idorder'], basic_credentials($request)]);
}, ['tls' => $tls->server()]);
$root = new WebRoot();
$ca = $root->write('ca.pem', file_get_contents($tls->ca));
$settings = ['spread.endpoint' => $server->url(), 'spread.ca_file' => $ca, 'spread.connect_timeout' => 5];
$keys = ['spread.public_key' => 'shop', 'spread.private_key' => 's3cret'];

// One worker: one connection for all pages.
[$url, $daemons] = start_apache($root, 1, $settings + $keys + ['display_errors' => 0]);
for ($number = 1; $number <= 6; $number++) {
    $page = page($url, ['id' => "order $number"]);
    same("page $number", ["order $number", 'shop:s3cret'], $page['answer'] ?? $page);
    same("error of page $number", null, $page['error'] ?? null);
}
echo $page['sapi'], ': ', count($server->requests()), ' orders, ', $server->connections(), " connection\n";

// Failures, and an exit and an exception in the shop's error handler; then the next page.
foreach (['fail', 'exit', 'throw', 'fail'] as $how) {
    $page = page($url, ['id' => $how, 'how' => $how]);
    echo $how, ': ', is_array($page) ? strstr($page['error'], ':', true) : json_encode($page), "\n";
    $page = page($url, ['id' => "after $how"]);
    same("page after $how", ["after $how", 'shop:s3cret'], $page['answer'] ?? $page);
    same("error left by $how", null, $page['error of the page before'] ?? null);
}
echo $server->connections(), " connection\n";
foreach ($daemons as $daemon) {
    $daemon->stop();
}

// Four workers, many concurrent pages, keys from environment variables in the server's configuration.
[$url, $daemons] = start_apache($root, 4, $settings, ['SPREAD_PUBLIC_KEY' => 'env', 'SPREAD_PRIVATE_KEY' => 'of the server']);
$before = $server->connections();
$queries = array_map(static fn (int $number): array => ['id' => "many $number"], range(1, 60));
$workers = [];
foreach (pages($url, $queries) as $number => $page) {
    same("page $number of many", [$queries[$number]['id'], 'env:of the server'], $page['answer'] ?? $page);
    $workers[$page['process'] ?? 0] = true;
}
holds('a connection for each worker that worked', $server->connections() - $before === count($workers), $server->connections() - $before . ' and ' . count($workers));
foreach ($daemons as $daemon) {
    $daemon->stop();
}
echo "done\n";
?>
--EXPECT--
apache2handler: 6 orders, 1 connection
fail: Spread\ConnectionException
exit: "exit"
throw: ""
fail: Spread\ConnectionException
1 connection
done
