--TEST--
When the opcache.preload script sends orders, workers forked after it open their own connections
--SKIPIF--
<?php
if (!is_file(ini_get('extension_dir') . '/opcache.' . PHP_SHLIB_SUFFIX) && !extension_loaded('Zend OPcache')) {
    die('skip opcache is missing');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    $id = $order['data']['order_idorder'];
    return $id === 'refused' ? answer(500) : answer_json([$id, $request['connection']]);
}, ['tls' => $tls->server()]);

/** Startup settings of a PHP that preloads. */
$settings = static fn (WebRoot $root): array => [
    'opcache.enable' => 1,
    'opcache.enable_cli' => 1,
    'opcache.preload' => "{$root->directory}/pages/preloaded.php",
    'opcache.preload_user' => worker_user()['user'] ?? '',
    'spread.endpoint' => $server->url(host: 'localhost'), // a name, which a thread resolves
    'spread.ca_file' => $root->write('ca.pem', file_get_contents($tls->ca)),
    'spread.public_key' => 'shop',
    'spread.private_key' => 's3cret',
    'spread.log_failures' => 0,
] + (extension_loaded('Zend OPcache') ? [] : ['zend_extension' => 'opcache.so']);
$constant = 'from shared memory';
/** Checks a script's report; returns the connections that it used. */
$check = static function (string $who, ?array $report, string ...$ids) use ($constant): array {
    same("$who: error left by others", null, $report['error of the page before'] ?? null);
    same("$who: answers", $ids, array_column($report['answers'] ?? [], 0));
    same("$who: answers of constants", array_fill(0, count($ids), $constant), array_column($report['constants'] ?? [], 0));
    return array_unique([...array_column($report['answers'] ?? [], 1), ...array_column($report['constants'] ?? [], 1)]);
};

// As root opcache preloads in a child process with another user; else in the process that runs the
// scripts or, in php-fpm, forks the workers.
foreach (worker_user() === null ? [true] : [false, true] as $unprivileged) {
    $as = $unprivileged ? 'unprivileged' : 'as root';

    $root = new WebRoot();
    putenv("SPREAD_PRELOAD={$root->directory}/tmp/report");
    $seen = $server->connections();
    $command = php_command($settings($root), "{$root->directory}/pages/after_preload.php", 'cli');
    $command = str_replace(extension_file(), "{$root->directory}/spread.so", $command); // readable for all users
    $result = run([...($unprivileged ? as_worker($root) : []), ...$command]);
    same("cli $as: standard error and status", ['', 0], [$result['err'], $result['status']]);
    $preloaded = json_decode(file_get_contents("{$root->directory}/tmp/report"), true);
    same("cli $as: what was preloaded", [['preload', $seen + 1], [$constant, $seen + 1], false, 500], [$preloaded['answer'], $preloaded['constant'], $preloaded['refused'], $preloaded['error']]);
    $report = json_decode($result['out'], true);
    same("cli $as: preloaded in the same process", $unprivileged, $report['process'] === $preloaded['process']);
    same("cli $as: connections", [$seen + ($unprivileged ? 1 : 2)], $check("cli $as", $report, 'cli 1', 'cli 2', 'cli 3'));

    $root = new WebRoot();
    putenv("SPREAD_PRELOAD={$root->directory}/tmp/report");
    $seen = $server->connections();
    [$url, $daemons] = start_fpm_behind_nginx($root, 4, [], directives: ['pm.max_requests' => 10], start: $settings($root) + ['display_errors' => 0], unprivileged: $unprivileged);
    $preloaded = json_decode(file_get_contents("{$root->directory}/tmp/report"), true);
    same("fpm $as: what was preloaded", [['preload', $seen + 1], [$constant, $seen + 1], false, 500], [$preloaded['answer'], $preloaded['constant'], $preloaded['refused'], $preloaded['error']]);
    $used = [];
    foreach ([1, 2, 3] as $round) {
        $queries = array_map(static fn (int $number): array => ['id' => "round $round, page $number,"], range(1, 30));
        foreach (pages(beside($url, 'after_preload.php'), $queries) as $number => $report) {
            $id = $queries[$number]['id'];
            $connections = $check("fpm $as: $id", is_array($report) ? $report : ['answers' => [$report]], "$id 1", "$id 2", "$id 3");
            foreach ($connections as $connection) {
                $used[$report['process'] ?? 0][$connection] = true;
            }
        }
    }
    // The workers are children of the process that preloaded, unless a child preloaded.
    same("fpm $as: preloaded in the master", $unprivileged, $preloaded['process'] === $report['parent']);
    holds("fpm $as: the process that has preloaded serves no page", !isset($used[$preloaded['process']]));
    same("fpm $as: connections of a worker", 1, max(array_map(count(...), $used)));
    $connections = array_merge(...array_map(array_keys(...), array_values($used)));
    sort($connections);
    same("fpm $as: connections", range($seen + 2, $seen + 1 + count($used)), $connections);
    holds("fpm $as: workers were replaced", count($used) >= 8, (string) count($used));
    foreach ($daemons as $daemon) {
        $daemon->stop();
    }
    $log = file_get_contents("{$root->directory}/logs/fpm.log");
    holds("fpm $as: no worker died", preg_match('/exited on signal|WARNING/', $log) === 0, $log);
}
echo "done\n";
?>
--EXPECT--
done
