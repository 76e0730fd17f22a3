--TEST--
With an unreachable MySQL outbox orders are sent without it, within spread.timeout, and no message holds its password
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$good = serve(static fn (array $request): string => answer_json('fine'));
$mute = serve_connections(static fn (Connection $connection) => $connection->waitForClose());
$silent = serve_connections(static function (Connection $connection): void {
    // An endless greeting.
    $connection->drip(str_repeat("\x4a\0\0\0", 1000), 0.1);
});
$rude = serve_connections(static fn (Connection $connection) => $connection->write("\x10\0\0\0" . str_repeat("\xff", 16)));
$http = serve(static fn (array $request): string => answer_json('fine'));
$closing = serve_connections(static fn (Connection $connection) => $connection->close());
configure(endpoint: $good->url(), public_key: 'shop', private_key: 's3cret', timeout: 1.0, connect_timeout: 1.0);
$log = collect_log();
$cases = [
    'refused' => '127.0.0.1:9',
    'accepts and never answers' => "127.0.0.1:{$mute->port}",
    'rude' => "127.0.0.1:{$rude->port}",
    'http' => "127.0.0.1:{$http->port}",
    'closes' => "127.0.0.1:{$closing->port}",
    'no such host' => 'nowhere.invalid',
];
foreach ($cases as $what => $address) {
    foreach (['direct', 'deferred'] as $delivery) {
        foreach (['', '?ssl-mode=required'] as $tls) {
            configure(outbox: "mysql://shop:hidden-4711@$address/shop$tls", delivery: $delivery);
            $begun = hrtime(true);
            same("$what, $delivery$tls: answer", 'fine', spread_update_order(...order(1)));
            between("$what, $delivery$tls: seconds", 0, 1.3, (hrtime(true) - $begun) / 1e9);
            $lines = $log();
            same("$what, $delivery$tls: lines", 1, count($lines));
            contains("$what, $delivery$tls: line", 'order 1 was sent without the outbox: the outbox cannot be opened', $lines[0] ?? '');
            lacks("$what, $delivery$tls: line", 'hidden', $lines[0] ?? '');
        }
    }
    $thrown = (string) thrown(static fn () => spread_outbox_drain());
    contains("$what: a drain", 'Spread\ConfigurationException: the outbox was not drained', $thrown);
    lacks("$what: a drain", 'hidden', $thrown);
    $log();
}
// The order gets no answer either: the whole call is bounded.
configure(outbox: "mysql://shop:hidden-4711@127.0.0.1:{$mute->port}/shop", endpoint: $mute->url());
$begun = hrtime(true);
same('no answer', false, spread_update_order(...order(1)));
between('seconds', 0.9, 1.4, (hrtime(true) - $begun) / 1e9);
same('error', 'Spread\TimeoutException', get_debug_type(spread_last_error()));
echo count($cases), " servers\n";
?>
--EXPECT--
6 servers
