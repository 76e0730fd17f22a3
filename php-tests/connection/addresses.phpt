--TEST--
A name with eight addresses: seven that hang cost a quarter of a second each, all at a round trip of 300 ms connect, and one server gets the order once
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('root', 'unshare', 'mount', 'ip', 'python3');
if (!file_exists('/dev/net/tun')) {
    die('skip /dev/net/tun is missing');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$directory = sys_get_temp_dir() . '/spread-addresses-' . bin2hex(random_bytes(6));
mkdir($directory, 0700);
$owner = getmypid();
register_shutdown_function(static function () use ($directory, $owner): void {
    if (getmypid() === $owner) {
        array_map(unlink(...), glob("$directory/*"));
        rmdir($directory);
    }
});
/** Runs code in a new process, for which `shop.test` has these addresses. */
$run = static function (array $addresses, string $url, string $code, float $connect_timeout) use ($directory): array {
    file_put_contents("$directory/hosts", implode('', array_map(static fn (string $address): string => "$address shop.test\n", $addresses)));
    $mounted = [program('unshare'), '--mount', '/bin/sh', '-c', 'mount --bind "$0" /etc/hosts && exec "$@"', "$directory/hosts"];
    $settings = ['extension' => 'curl', 'spread.endpoint' => $url, 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => 10, 'spread.connect_timeout' => $connect_timeout, 'spread.log_failures' => 0];
    $result = run([...$mounted, ...php_command($settings, '-r', $code)], ['SERVER_URL' => $url]);
    return json_decode($result['out'], true) ?? [$result['out'] . $result['err'], 0];
};
$call = <<<'PHP'
    $start = hrtime(true);
    $answer = spread_update_order(['order_idorder' => '0000001'], []);
    $error = spread_last_error();
    echo json_encode([$error ? $error->getMessage() : $answer, (hrtime(true) - $start) / 1e9]);
    PHP;

// The last address in the sequence of the system: it may sort them.
$listener = stream_socket_server('tcp://127.0.1.8:0');
$server = serve(static fn (): string => answer_json('answered'), ['listener' => $listener]);
$port = port_of($listener);
$silent = array_map(static fn (int $last): SilentPort => new SilentPort("127.0.1.$last", $port), range(1, 7));
[$answer, $seconds] = $run(array_map(static fn (int $last): string => "127.0.1.$last", range(1, 8)), "http://shop.test:$port/", $call, 4);
same('seven hang', 'answered', $answer);
between('seven hang: seconds', 1.5, 3.0, $seconds);
same('seven hang: orders', 1, count($server->requests()));

// Refused, each of them: the next attempt does not wait.
[$answer, $seconds] = $run(['127.0.2.1', '127.0.2.2', '127.0.2.3', '127.0.1.8'], "http://shop.test:$port/", $call, 4);
same('three refuse', 'answered', $answer);
between('three refuse: seconds', 0, 0.5, $seconds);

// The addresses of a proxy.
$through = "ini_set('spread.proxy', ini_get('spread.endpoint')); ini_set('spread.endpoint', 'http://api.example/');$call";
[$answer, $seconds] = $run(['127.0.1.1', '127.0.1.8'], "http://shop.test:$port/", $through, 4);
same('a proxy', 'answered', $answer);
between('a proxy: seconds', 0, 1.5, $seconds);
same('a proxy: orders', 3, count($server->requests()));

// A link with a round trip of 300 ms, to a machine with eight addresses.
$namespace = 'spr-' . bin2hex(random_bytes(3));
$link = proc_open([program('python3'), '-B', __DIR__ . '/../../benches/link.py', $namespace], [['pipe', 'r'], ['pipe', 'w']], $pipes);
fgets($pipes[1]);
fwrite($pipes[0], "0\n");
$there = array_map(static fn (int $last): string => "198.18.0.$last", range(16, 23));
exec(program('ip') . " route add 198.18.0.16/29 dev $namespace-a");
foreach ($there as $address) {
    exec(program('ip') . " -n $namespace addr add $address/32 dev lo");
}
file_put_contents("$directory/api.php", '<?php file_put_contents(__DIR__ . "/orders", "1", FILE_APPEND); echo "\"answered\"";');
$api = proc_open([program('ip'), 'netns', 'exec', $namespace, PHP_BINARY, '-n', '-S', '0.0.0.0:8080', "$directory/api.php"], [2 => ['file', '/dev/null', 'w']], $none);
holds('the API listens', wait_until(static fn (): bool => (bool) @stream_socket_client("tcp://{$there[7]}:8080", timeout: 1), 10));
fwrite($pipes[0], "300\n");
[$answer, $seconds] = $run($there, 'http://shop.test:8080/', $call, 2);
same('at 300 ms', 'answered', $answer);
between('at 300 ms: seconds', 0.6, 2.0, $seconds);
same('at 300 ms: orders', '1', @file_get_contents("$directory/orders"));
$snippet = 'require ' . var_export(__DIR__ . '/../support/bootstrap.php', true) . '; echo json_encode([snippet(["data" => [], "request" => []], getenv("SERVER_URL"), "shop:s3cret"), 0]);';
same('php-curl at 300 ms', '"answered"', $run($there, 'http://shop.test:8080/', $snippet, 2)[0]);
proc_terminate($api);
fclose($pipes[0]);
proc_close($link);
echo "done\n";
?>
--EXPECT--
done
