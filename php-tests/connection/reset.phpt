--TEST--
The connection of a request that was given up is reset, by PHP and by the worker
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$ends = $place->path('ends', '');
$seen = static fn (): array => file($ends, FILE_IGNORE_NEW_LINES);
$server = serve_connections(static function (Connection $connection) use ($ends): void {
    while (($request = $connection->request()) !== null && str_contains($request['body'], 'answered')) {
        $connection->write(answer_json('good'));
    }
    file_put_contents($ends, ($connection->waitForClose() ? 'reset' : 'closed') . "\n", FILE_APPEND);
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', timeout: 1, log_failures: 0, circuit_breaker: 0);
foreach ([[], ['answered']] as $before) {
    $what = 'after ' . count($before);
    file_put_contents($ends, '');
    $connections = $server->connections();
    $answers = array_map(static fn (string $id): mixed => spread_update_order(...order($id)), [...$before, 'last']);
    same("$what: answers", [...array_fill(0, count($before), 'good'), false], $answers);
    holds("$what: the server has seen the end", wait_until(static fn (): bool => $seen() !== [], 30));
    same("$what: the end", ['reset'], $seen());
    same("$what: connections", 1, $server->connections() - $connections);
}

file_put_contents($ends, '');
configure(outbox: $place->setting(), delivery: 'deferred');
same('kept', true, spread_update_order(...order('last')));
$worker = new Worker(['outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'timeout' => 1]);
holds('worker: the server has seen the end', wait_until(static fn (): bool => $seen() !== [], 30), $worker->log());
same('worker: the end', 'reset', $seen()[0] ?? null);
$worker->stop();
echo "done\n";
?>
--EXPECT--
done
