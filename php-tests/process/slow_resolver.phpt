--TEST--
A name whose lookup hangs costs spread.connect_timeout; its thread blocks every signal and ends by itself
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

// A name server that never answers, for one process.
$silent = stream_socket_server('udp://127.0.77.1:53', flags: STREAM_SERVER_BIND);
$resolv = tempnam(sys_get_temp_dir(), 'spread');
$owner = getmypid();
register_shutdown_function(static fn () => getmypid() === $owner && unlink($resolv));
file_put_contents($resolv, "nameserver 127.0.77.1\noptions timeout:2 attempts:1\n");
$server = serve(static fn (): string => answer_json('answered'));
$code = <<<'PHP'
    $threads = static fn (): array => array_values(array_diff(scandir('/proc/self/task'), ['.', '..', (string) getmypid()]));
    $start = hrtime(true);
    $outcomes = [];
    for ($call = 0; $call < 3; $call++) {
        $outcomes[] = [spread_update_order(['order_idorder' => '1'], []), spread_last_error()::class];
    }
    $seconds = (hrtime(true) - $start) / 1e9;
    $masks = [];
    foreach ($threads() as $thread) {
        preg_match('/^SigBlk:\s+(\w+)/m', file_get_contents("/proc/self/task/$thread/status"), $found);
        $masks[] = hexdec(substr($found[1], -8));
    }
    ini_set('spread.endpoint', strtr(ini_get('spread.endpoint'), ['slow.example' => '127.0.0.1']));
    $outcomes[] = spread_update_order(['order_idorder' => '2'], []);
    for ($end = hrtime(true) + 30e9; $threads() !== [] && hrtime(true) < $end;) {
        usleep(50_000);
    }
    echo json_encode(['outcomes' => $outcomes, 'seconds' => $seconds, 'masks' => $masks, 'left' => $threads()]);
    PHP;
$mounted = [program('unshare'), '--mount', '/bin/sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', $resolv];
$settings = ['spread.endpoint' => "http://slow.example:{$server->port}/", 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.connect_timeout' => '0.3', 'spread.log_failures' => 0];
$result = run([...$mounted, ...php_command($settings, '-r', $code)]);
$report = json_decode($result['out'], true) ?? exit($result['out'] . $result['err']);
$late = [false, 'Spread\TimeoutException'];
same('outcomes', [$late, $late, $late, 'answered'], $report['outcomes']);
between('seconds', 0.8, 1.8, $report['seconds']);
// Signals 1 to 31 except SIGKILL and SIGSTOP.
same('signals that the threads block', array_fill(0, 3, 0x7ffbfeff), array_map(static fn (int $mask): int => 0x7ffbfeff & $mask, $report['masks']));
same('threads left', [], $report['left']);
echo "done\n";
?>
--EXPECT--
done
