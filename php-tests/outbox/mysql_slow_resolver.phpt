--TEST--
A MySQL outbox whose name server is silent costs each call half of its time, and the process 32 threads at most
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('root', 'unshare', 'mount');
if (!preg_match('/^hosts:.*\bdns\b/m', (string) @file_get_contents('/etc/nsswitch.conf'))) {
    die('skip names are not looked up in the DNS');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

// A name server that never answers, for one process; its lookups last longer than the process.
$silent = stream_socket_server('udp://127.0.77.2:53', flags: STREAM_SERVER_BIND);
$place = new Place();
$resolv = $place->path('resolv.conf', "nameserver 127.0.77.2\noptions timeout:30 attempts:5\n");
$server = serve(static fn (): string => answer_json('answered'));
$code = <<<'PHP'
    $answers = $threads = [];
    for ($call = 0; $call < 45; $call++) {
        $answers[] = spread_update_order(['order_idorder' => "$call"], []);
        $threads[] = count(scandir('/proc/self/task')) - 3;
    }
    echo json_encode([array_count_values($answers), max($threads)]);
    PHP;
$mounted = [program('unshare'), '--mount', '/bin/sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', $resolv];
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => 0.4, 'spread.outbox' => 'mysql://shop:hidden@slow.example/shop', 'error_log' => '/dev/null'];
$result = run([...$mounted, ...php_command($settings, '-r', $code)]);
[$answers, $threads] = json_decode($result['out'], true) ?? exit($result['out'] . $result['err']);
same('answers', ['answered' => 45], $answers);
between('threads', 20, 32, $threads);
echo "done\n";
?>
--EXPECT--
done
