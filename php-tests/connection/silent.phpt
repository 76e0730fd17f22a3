--TEST--
A kept connection that a firewall has forgotten costs half of the timeout, not the order
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('root', 'ip');
if (trim((string) shell_exec('ip netns add spread-probe2 2>&1 && ip netns del spread-probe2 2>&1')) !== '') {
    die('skip no network namespaces here');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

// The shop's machine and a firewall, as network namespaces; the server is here.
$id = bin2hex(random_bytes(3));
[$firewall, $shop] = ["spr-f-$id", "spr-s-$id"];
$net = random_int(1, 250);
$ip = static function (string $arguments): void {
    $said = run([program('ip'), ...explode(' ', $arguments)]);
    if ($said['status'] !== 0) {
        throw new RuntimeException("ip $arguments: {$said['err']}");
    }
};
$owner = getmypid();
register_shutdown_function(static function () use ($firewall, $shop, $owner): void {
    if (getmypid() === $owner) {
        exec("ip link del $firewall 2>/dev/null; ip netns del $shop 2>/dev/null; ip netns del $firewall 2>/dev/null");
    }
});
$ip("netns add $firewall");
$ip("netns add $shop");
$ip("link add $firewall type veth peer name out netns $firewall");
$ip("-n $firewall link add in type veth peer name eth0 netns $shop");
$ip("addr add 10.214.$net.1/30 dev $firewall");
$ip("link set $firewall up");
$ip("-n $firewall addr add 10.214.$net.2/30 dev out");
$ip("-n $firewall addr add 10.214.$net.5/30 dev in");
$ip("-n $firewall link set out up");
$ip("-n $firewall link set in up");
$ip("-n $shop addr add 10.214.$net.6/30 dev eth0");
$ip("-n $shop link set eth0 up");
$ip("-n $shop route add default via 10.214.$net.5");
$ip("route add 10.214.$net.4/30 via 10.214.$net.2");
run([program('ip'), 'netns', 'exec', $firewall, '/bin/sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward']);

$code = <<<'PHP'
    $port = (int) parse_url(ini_get('spread.endpoint'), PHP_URL_PORT);
    echo spread_update_order(['order_idorder' => '1'], []), ' ';
    preg_match(sprintf('/:(\w{4}) \w{8}:%04X 01 /', $port), file_get_contents('/proc/net/tcp'), $found);
    echo hexdec($found[1]), "\n";
    fgets(STDIN);
    $start = hrtime(true);
    $answer = spread_update_order(['order_idorder' => '2'], []);
    echo json_encode([spread_last_error()?->getMessage() ?? $answer, (hrtime(true) - $start) / 1e9]), "\n";
    PHP;
$listener = stream_socket_server("tcp://10.214.$net.1:0");
$server = serve(static fn (): string => answer_json('answered'), ['listener' => $listener]);
$settings = ['spread.endpoint' => "http://10.214.$net.1:" . port_of($listener) . '/', 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => 4, 'spread.log_failures' => 0];
$caller = proc_open([program('ip'), 'netns', 'exec', $shop, ...php_command($settings, '-r', $code)], [['pipe', 'r'], ['pipe', 'w']], $pipes);
[$answer, $port] = explode(' ', trim((string) fgets($pipes[1]))) + [1 => '0'];
same('the first order', 'answered', $answer);
$ip("-n $firewall rule add pref 1 iif in ipproto 6 sport $port blackhole"); // TCP, for a system without /etc/protocols
fwrite($pipes[0], "\n");
[$answer, $seconds] = json_decode((string) fgets($pipes[1]), true);
proc_close($caller);
same('the second order', 'answered', $answer);
between('seconds', 1.5, 3.5, $seconds);
same('orders', 2, count($server->requests()));
tell("found dead after $seconds s");
echo "done\n";
?>
--EXPECT--
done
