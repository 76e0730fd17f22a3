--TEST--
An answer that is not UTF-8 is the same with an outbox as without: JSON is broken and its order not delivered, text is an answer
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$bodies = [
    'a Latin-1 string' => ["{\"status\":\"succ\xe8s\"}", false],
    'a Latin-1 key' => ["{\"\xe9tat\":1}", false],
    'a list' => ["[\"\xe9\"]", false],
    'half a character' => ["{\"status\":\"\xc3\"}", false],
    'an encoded surrogate' => ["[\"\xed\xa0\x80\"]", false],
    'UTF-16' => ["[\0\"\0\xe9\0\"\0]\0", false],
    'Latin-1 text' => ["commande enregistr\xe9e", true],
    'a Latin-1 string alone' => ["\"\xe9\"", true],
    'UTF-8' => ["{\"status\":\"succès\"}", true],
];
configure(public_key: 'shop', private_key: 's3cret', log_failures: 0);
foreach ($bodies as $what => [$body, $answer]) {
    $server = serve(static fn (): string => answer(200, ['Content-Type: application/json'], $body));
    configure(endpoint: $server->url(), outbox: '');
    $plain = spread_update_order(...order('4711'));
    $error = spread_last_error();
    same("$what: an answer", $answer, $error === null);
    $place = new Place();
    configure(outbox: $place->setting());
    $kept = spread_update_order(...order('4711'));
    if ($answer) {
        same("$what: with an outbox", $plain, $kept);
        same("$what: records", [], $place->records());
    } else {
        same("$what: class", 'Spread\ResponseException', $error === null ? null : $error::class);
        same("$what: error with an outbox", $error?->getMessage(), spread_last_error()?->getMessage());
        same("$what: records", 1, count($place->records()));
    }
    $server->stop();
}
echo "done\n";
?>
--EXPECT--
done
