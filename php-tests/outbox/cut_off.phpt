--TEST--
Two workers on two machines share MariaDB; one is cut off with orders in flight and reconnects late: the other one delivers them, and nothing older arrives after them
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('root', 'ip', 'mariadbd', 'mariadb-install-db', 'mariadb');
if (trim((string) shell_exec('ip netns add spread-probe 2>&1 && ip netns del spread-probe 2>&1')) !== '') {
    die('skip no network namespaces here');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

/** A network namespace with its own link, as a machine. @return list<string> prefix of a command that runs there */
$machine = static function (string $name, int $net): array {
    $ip = static function (string $arguments): void {
        $said = run([program('ip'), ...explode(' ', $arguments)]);
        if ($said['status'] !== 0) {
            throw new RuntimeException("ip $arguments: {$said['err']}");
        }
    };
    $ip("netns add $name");
    $owner = getmypid();
    register_shutdown_function(static function () use ($name, $owner): void {
        if (getmypid() === $owner) {
            exec("ip link del $name 2>/dev/null; ip netns del $name 2>/dev/null");
        }
    });
    $ip("link add $name type veth peer name eth0 netns $name");
    $ip("addr add 10.213.$net.1/24 dev $name");
    $ip("link set $name up");
    $ip("-n $name addr add 10.213.$net.2/24 dev eth0");
    $ip("-n $name link set lo up");
    $ip("-n $name link set eth0 up");
    $ip("-n $name route add default via 10.213.$net.1");
    return [program('ip'), 'netns', 'exec', $name];
};
$id = bin2hex(random_bytes(3));
$net = random_int(1, 120) * 2;
$first = $machine("spr-a-$id", $net);
$second = $machine("spr-b-$id", $net + 1);
// Both use the address of the first link's host end: it stays up when that link is cut.
$host = "10.213.$net.1";
$database = new MariaDb($host);
$recorder = new Recorder($host);
$place = new Place();
$calls = new Calls($place->path('calls'));
$settings = ['spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $database->setting(), 'spread.delivery' => 'deferred'];
$call = static function (int $from, int $count) use ($settings, $calls): void {
    $said = run(caller($settings, ['calls' => $calls->file, 'first' => $from, 'count' => $count, 'shop' => 'shop', 'orders' => 20]));
    same('kept', $count, json_decode($said['out'], true)['kept'] ?? $said);
};
$call(0, 60);
// Only the first one has orders in flight when its packets are lost. It still gets the answers to some orders and
// then sends others, which the kernel retransmits long after the worker has given up.
$recorder->behave('late 0.3');
$of_worker = ['outbox' => $database->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'timeout' => 1, 'endpoint' => $recorder->url()];
$lost = new Worker($of_worker, $first);
holds('in flight', wait_until(static fn (): bool => count($recorder->arrivals()) >= 8, 10), $lost->log());
exec(program('ip') . " -n spr-a-$id route add blackhole $host/32");
$cut = hrtime(true);
usleep(600_000);
$recorder->behave('up');
$other = new Worker($of_worker, $second);
$call(60, 60);
holds('the other one delivers all', wait_until(static fn (): bool => $database->pending() === 0, 40), $other->log());
between('seconds until the leases had ended', 8, 25, (hrtime(true) - $cut) / 1e9);
$before = count($recorder->arrivals());
// It reconnects, with outdated results, and with requests that the kernel may still retransmit.
exec(program('ip') . " -n spr-a-$id route del blackhole $host/32");
// The kernel's seventh retransmission is after 25 s.
usleep((int) max(0, 27e6 - (hrtime(true) - $cut) / 1e3));
tell((count($recorder->arrivals()) - $before) . ' arrivals late');
$call(120, 40);
holds('both deliver', wait_until(static fn (): bool => $database->pending() === 0, 40), $lost->log() . $other->log());
$lost->stop();
$other->stop();
tell($lost->log() . $other->log());
judge('all', array_map(static fn (array $call): array => $call, $calls->all()), $recorder->arrivals(), Worker::IN_FLIGHT);
echo "done\n";
?>
--EXPECT--
done
