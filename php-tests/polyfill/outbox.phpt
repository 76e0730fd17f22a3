--TEST--
The polyfill has no outbox: it sends the order and logs one line, and the functions of the outbox throw
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/polyfill.inc';

$server = serve(static fn (): string => answer_json('sent'));
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => 'sqlite:/nowhere/outbox.db'];
$call = 'echo json_encode(spread_update_order(["order_idorder" => "7"], [])), "\n";';
foreach (['direct', 'after_response', 'deferred'] as $delivery) {
    echo "$delivery: ", with_polyfill($call, ['spread.delivery' => $delivery] + $settings);
}
same('requests', 3, count($server->requests()));
$functions = 'foreach (["spread_outbox_drain", "spread_outbox_status"] as $function) { try { $function(); } catch (Spread\ConfigurationException $e) { echo $e->getMessage(), "\n"; } }
    try { spread_outbox_drain(0); } catch (ValueError $e) { echo $e->getMessage(), "\n"; } echo (new Spread\Client("a", "b"))->state(), "\n";';
echo with_polyfill($functions, ['spread.log_failures' => 0] + $settings), with_polyfill($functions, ['spread.log_failures' => 0]);
?>
--EXPECT--
direct: "sent"
spread: order 7 was sent without the outbox: it needs the extension spread, which is not loaded
after_response: true
spread: order 7 is sent without the outbox: it needs the extension spread, which is not loaded
deferred: "sent"
spread: order 7 was sent without the outbox: it needs the extension spread, which is not loaded
the outbox was not drained: it needs the extension spread, which is not loaded
the outbox was not read: it needs the extension spread, which is not loaded
spread_outbox_drain(): Argument #1 ($limit) must be greater than 0
closed
the outbox was not drained: spread.outbox is empty
the outbox was not read: spread.outbox is empty
spread_outbox_drain(): Argument #1 ($limit) must be greater than 0
closed
