--TEST--
Under load eight processes of php-fpm are recycled: every page gets the answer to its own order, and none fails
--SKIPIF--
<?php
if (!shell_exec('command -v ab')) {
    die('skip ab is missing: it comes with Apache');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$pages = getenv('SPREAD_SOAK') ? 20_000 : 4_000;
$handler = static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json(['order' => $order['request']['order_idorder']]);
};
$tls = new Certificates();
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    $server = serve($handler, $options);
    $root = new WebRoot();
    [$url, $daemons] = start_fpm_behind_nginx($root, 8, [
        'spread.endpoint' => $server->url(),
        'spread.ca_file' => $root->write('ca.pem', file_get_contents($tls->ca)),
        'spread.public_key' => 'shop',
        'spread.private_key' => 's3cret',
        'spread.connect_timeout' => 10,
    ], directives: ['pm.max_requests' => 200]);
    ['status' => $status, 'out' => $report] = run([program('ab'), '-q', '-n', (string) ($pages / 2), '-c', '16', '-s', '60', beside($url, 'checked.php')]);
    $said = static fn (string $what): ?string => preg_match("/^$what:\s+(\d+)/m", $report, $found) ? $found[1] : null;
    same("$scheme: status of ab", 0, $status);
    same("$scheme: pages", (string) ($pages / 2), $said('Complete requests'));
    same("$scheme: bytes of each", (string) strlen("right\n"), $said('Document Length'));
    same("$scheme: of another length", '0', $said('Failed requests'));
    same("$scheme: of another status", null, $said('Non-2xx responses'));
    foreach ($daemons as $daemon) {
        $daemon->stop();
    }
    $log = file_get_contents("{$root->directory}/logs/fpm.log");
    holds("$scheme: no page went wrong, no worker died", preg_match('/wrong:|signal/', preg_replace('/.*Finishing|.*Terminating.*/', '', $log)) === 0, $log);

    // Each order arrived once, and each worker used one connection.
    $ids = $workers = [];
    foreach ($server->requests() as $request) {
        parse_str($request['body'], $order);
        $ids[] = $order['data']['order_idorder'];
        $workers[$order['data']['process']][$request['connection']] = true;
    }
    same("$scheme: orders", $pages / 2, count($ids));
    same("$scheme: orders that arrived twice", [], array_diff_assoc($ids, array_unique($ids)));
    same("$scheme: connections", count($workers), $server->connections());
    same("$scheme: connections of a worker", 1, max(array_map(count(...), $workers)));
    // Eight, and one more for every 200 pages.
    between("$scheme: workers", $pages / 2 / 200, 8 + $pages / 2 / 200, count($workers));
    $server->stop();
}
echo "done\n";
?>
--EXPECT--
done
