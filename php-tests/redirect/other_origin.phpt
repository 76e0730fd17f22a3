--TEST--
After a redirect to another origin a 2xx is a failure that says so, and an outbox keeps the order until the endpoint's own origin takes it
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$log = collect_log();
foreach (['nothing' => answer(204), 'text' => answer(200, [], 'Please log in'), 'an error' => answer_json(['error' => 'who are you?'])] as $what => $answer) {
    $away = serve(static fn (): string => $answer);
    $flag = tempnam(sys_get_temp_dir(), 'spread-moved-');
    $home = serve(static function () use ($flag, $away): string {
        clearstatcache();
        return is_file($flag) ? answer(302, ["Location: {$away->url()}"]) : answer_json('delivered');
    });
    $place = new Place();
    foreach (['' => false, $place->setting() => true] as $outbox => $kept) {
        $where = $what . ($kept ? ' with an outbox' : '');
        configure(endpoint: $home->url(), public_key: 'shop', private_key: 's3cret', outbox: $outbox, circuit_breaker: 0);
        same($where, $kept, spread_update_order(...order('4711')));
        $error = spread_last_error();
        same("$where: class", 'Spread\ResponseException', $error === null ? null : $error::class);
        same("$where: code", $what === 'nothing' ? 204 : 200, $error?->getCode());
        same("$where: retryable", false, $error?->isRetryable());
        foreach (['order 4711', "127.0.0.1:{$away->port}", 'spread.endpoint'] as $part) {
            contains("$where: message", $part, $error?->getMessage());
        }
        lacks("$where: message", 's3cret', $error?->getMessage());
        same("$where: log lines", 1, count($log()));
    }
    same("$what: records", ['4711 pending 1 ' . ($what === 'nothing' ? 204 : 200)], $place->records());
    unlink($flag);
    $place->makeDue();
    $done = spread_outbox_drain();
    same("$what: delivered", 1, $done['delivered']);
    same("$what: records after it", [], $place->records());
    $home->stop();
    $away->stop();
}
echo "done\n";
?>
--EXPECT--
done
