--TEST--
Apache's threads call concurrently: each has its own connection, settings and last error
--SKIPIF--
<?php
if (!PHP_ZTS) {
    die('skip PHP is not thread-safe');
}
if (!is_file((string) getenv('TEST_APACHE_PHP'))) {
    die('skip TEST_APACHE_PHP does not name the Apache module of this PHP');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

const THREADS = 8;

// Answers are delayed to make calls of several threads overlap. An answer names the order and its
// connection.
$tls = new Certificates();
$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    usleep(5_000);
    return answer_json([$order['data']['order_idorder'], basic_credentials($request), $request['connection']]);
}, ['tls' => $tls->server()]);
$root = new WebRoot();
$ca = $root->write('ca.pem', file_get_contents($tls->ca));
[$url, $daemons] = start_apache($root, THREADS, [
    'spread.endpoint' => $server->url(),
    'spread.ca_file' => $ca,
    'spread.connect_timeout' => 10,
    'spread.public_key' => 'shop',
    'spread.private_key' => 's3cret',
    'spread.log_failures' => 0,
    'display_errors' => 0,
], threads: true);

$processes = $connections = $seen = [];
for ($round = 1; $round <= 5; $round++) {
    $queries = [];
    for ($number = 1; $number <= 40; $number++) {
        // Some pages set an endpoint on which nothing listens, for themselves alone.
        $how = $number % 5 === 0 ? 'fail' : ($number % 13 === 0 ? 'throw' : '');
        $queries[] = ['id' => "order $round-$number", 'how' => $how];
    }
    foreach (pages($url, $queries) as $index => $page) {
        ['id' => $id, 'how' => $how] = $queries[$index];
        if ($how === 'throw') {
            same("page of $id", '', $page);
            continue;
        }
        same("page of $id", $id, $page['order'] ?? $page);
        same("error before $id", null, $page['error of the page before']);
        if ($how === 'fail') {
            same("answer to $id", false, $page['answer']);
            holds("error of $id", str_contains((string) $page['error'], $id), $page['error']);
            continue;
        }
        same("error of $id", null, $page['error']);
        same("answer to $id", [$id, 'shop:s3cret'], array_slice((array) $page['answer'], 0, 2));
        $processes[$page['process']] = true;
        $connections[$page['answer'][2] ?? 0] = true;
    }
}
same('processes', 1, count($processes));
holds('a connection for each thread that worked', count($connections) > 1 && count($connections) <= THREADS, (string) count($connections));
same('connections', $server->connections(), count($connections));
foreach ($daemons as $daemon) {
    $daemon->stop();
}
$said = (string) @file_get_contents("{$root->directory}/logs/apache.log");
same('crashes', 0, preg_match_all('/exit signal|Assertion|memory leaks? detected|Freeing 0x/', $said));
echo "done\n";
?>
--EXPECT--
done
