--TEST--
Apache is restarted gracefully five times under load and then stopped: no order fails, nothing crashes
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('mod_php');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$restarts = getenv('SPREAD_SOAK') ? 25 : 5;
$tls = new Certificates();
$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json(['order' => $order['request']['order_idorder']]);
}, ['tls' => $tls->server()]);
$root = new WebRoot();
[$url, $daemons] = start_apache($root, 4, [
    'spread.endpoint' => $server->url(),
    'spread.ca_file' => $root->write('ca.pem', file_get_contents($tls->ca)),
    'spread.public_key' => 'shop',
    'spread.private_key' => 's3cret',
    'spread.connect_timeout' => 10,
    'display_errors' => 0,
]);
$log = static fn (): string => file_get_contents("{$root->directory}/logs/apache.log");

// Three readers, one page after the other; each counts right pages and closed connections, and lists wrong pages.
$readers = [];
for ($number = 0; $number < 3; $number++) {
    [$here, $there] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $pid = pcntl_fork();
    if ($pid === 0) {
        stream_set_blocking($there, false);
        $right = $closed = 0;
        $wrong = [];
        $end = hrtime(true) + 120e9;
        // A busy machine needs longer for enough pages.
        while (($right <= 20 || fgets($there) === false) && hrtime(true) < $end) {
            $context = stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 20]]);
            $page = @file_get_contents(beside($url, 'checked.php'), false, $context);
            $page === "right\n" ? $right++ : ($page === false ? $closed++ : $wrong[] = $page);
        }
        stream_set_blocking($there, true);
        fwrite($there, json_encode([$right, $closed, array_slice($wrong, 0, 3)]));
        end_process();
    }
    fclose($there);
    $readers[$pid] = $here;
}
// Apache accepts connections before it has written this file, and `kill 0` would kill the test.
for ($end = hrtime(true) + 10e9; ($master = (int) @file_get_contents("{$root->directory}/apache.pid")) === 0;) {
    hrtime(true) < $end || throw new RuntimeException('Apache does not tell its process');
    usleep(1000);
}
for ($restart = 1; $restart <= $restarts; $restart++) {
    usleep(300_000);
    exec("kill -USR1 $master");
    $end = hrtime(true) + 20e9;
    while (substr_count($log(), 'resuming normal operations') <= $restart && hrtime(true) < $end) {
        usleep(10_000);
    }
}
usleep(300_000);
$pages = 0;
foreach ($readers as $pid => $here) {
    fwrite($here, "stop\n");
    [$right, $closed, $wrong] = json_decode(stream_get_contents($here), true);
    pcntl_waitpid($pid, $status);
    same('wrong pages', [], $wrong);
    holds('pages were read', $right > 20, (string) $right);
    // Apache loses connections that no child had accepted when the last one ended.
    holds('nearly all', $closed <= 4 * $restarts, "$right right, $closed closed");
    $pages += $right;
}
same('graceful restarts', $restarts, preg_match_all('/resuming normal operations/', $log()) - 1);
foreach ($daemons as $daemon) {
    $daemon->stop();
}
holds('stopped', str_contains($log(), 'caught SIGTERM, shutting down'), $log());
holds('nothing crashed', preg_match('/exit signal|segfault|segmentation|abort|panicked|PHP (Fatal|Warning)|wrong:/i', $log()) === 0, $log());

// Each order arrived once, each process used one connection.
$ids = $processes = [];
foreach ($server->requests() as $request) {
    parse_str($request['body'], $order);
    $ids[] = $order['data']['order_idorder'];
    $processes[$order['data']['process']][$request['connection']] = true;
}
holds('orders', count($ids) >= $pages, count($ids) . " for $pages pages");
same('orders that arrived twice', [], array_diff_assoc($ids, array_unique($ids)));
same('connections of a process', 1, max(array_map(count(...), $processes)));
same('connections', count($processes), $server->connections());
holds('processes were replaced', count($processes) > $restarts, (string) count($processes));
echo "done\n";
?>
--EXPECT--
done
