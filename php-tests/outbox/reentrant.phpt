--TEST--
Nested calls with an outbox, and code that ends the page during a call: the next call works, and nothing is lost
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return match (strtok($order['request']['order_idorder'], ' ')) {
        'refused' => answer_json('wrong', 422),
        'down' => answer_json('later', 503),
        default => answer_json('fine'),
    };
});
$settings = ['endpoint' => $server->url(), 'public_key' => 'shop', 'private_key' => 's3cret', 'outbox' => $place->setting(), 'log_failures' => 0, 'error_mode' => 'warning'];
configure(...$settings);

// A warning handler that sends, drains and sends another order that is refused, ten calls deep.
$depth = 0;
$handler = static function (int $level, string $message) use (&$handler, &$depth): bool {
    contains('the message is of its own order', "refused order refused $depth:", $message);
    $here = ++$depth;
    set_error_handler($here < 10 ? $handler : static fn (): bool => true);
    same('good', 'fine', spread_update_order(...order("good $here")));
    same('down', true, spread_update_order(...order("down $here")));
    same('drain', 0, spread_outbox_drain()['refused']);
    same('refused', false, spread_update_order(...order("refused $here")));
    restore_error_handler();
    return true;
};
set_error_handler($handler);
same('the outermost', false, spread_update_order(...order('refused 0')));
restore_error_handler();
same('refused records', 11, count(preg_grep('/ refused /', $place->records())));
same('pending records', 10, count(preg_grep('/ pending /', $place->records())));
// A handler that throws.
set_error_handler(static fn () => throw new Exception(spread_update_order(...order('good in the handler'))));
same('thrown', 'Exception: fine', thrown(static fn () => spread_update_order(...order('refused and thrown'))));
restore_error_handler();
// An outbox that is switched, and switched off, during a call.
$other = new Place();
set_error_handler(static function () use ($other): bool {
    configure(outbox: $other->setting());
    same('in another outbox', true, spread_update_order(...order('down elsewhere')));
    return true;
});
same('refused', false, spread_update_order(...order('refused before it is switched')));
restore_error_handler();
same('kept there', ['down elsewhere pending 1 503'], $other->records());

// Pages that end during a call: in a warning, while an order is encoded, and out of memory.
$ends = [
    'exit' => 'set_error_handler(fn () => exit(3)); spread_update_order(...order("refused exit"));',
    'fatal' => 'set_error_handler(function () { eval("class Twice {} class Twice {}"); }); spread_update_order(...order("refused fatal"));',
    'exception' => 'set_error_handler(fn () => throw new Exception); spread_update_order(...order("refused exception"));',
    'memory' => 'set_error_handler(function () { str_repeat("x", 1 << 28); }); spread_update_order(...order("refused memory"));',
    'log' => 'ini_set("error_log", "/dev/full"); ini_set("spread.log_failures", "1"); spread_update_order(...order("down log")); exit(3);',
    'destructor' => 'class D { function __destruct() { spread_update_order(...order("good destructor")); exit(3); } } $d = new D; spread_update_order(...order("down destructor"));',
    'shutdown' => 'register_shutdown_function(function () { spread_update_order(...order("good shutdown")); exit(3); }); set_error_handler(fn () => exit(3)); spread_update_order(...order("refused shutdown"));',
];
$settings = array_combine(array_map(static fn (string $name): string => "spread.$name", array_keys($settings)), $settings);
foreach ($ends as $how => $code) {
    $place = new Place();
    $code = 'function order($id) { return [["order_idorder" => $id], ["order_idorder" => $id]]; } ' . $code;
    $ended = run_php($code, ['spread.outbox' => $place->setting(), 'memory_limit' => '64M', 'display_errors' => '0'] + $settings);
    holds("$how: ended", in_array($ended['status'], [3, 255], true), json_encode($ended));
    same("$how: records", [in_array($how, ['log', 'destructor'], true) ? "down $how pending 1 503" : "refused $how refused 1 422"], $place->records());
    holds("$how: sound", $place->isSound());
    configure(outbox: $place->setting());
    same("$how: the next call", 'fine', spread_update_order(...order('good afterwards')));
}
echo count($ends), " endings\n";
?>
--EXPECT--
7 endings
