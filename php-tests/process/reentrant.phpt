--TEST--
Nested calls from warning handlers and destructors: each call fails with its own error, which later calls do not change
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    $id = $order['data']['order_idorder'];
    return str_starts_with($id, 'refused') ? answer_json(['refused' => $id], 422) : answer_json([$id, $request['connection']]);
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0, error_mode: 'warning');
function send(string $id): mixed
{
    return spread_update_order(['order_idorder' => $id], ['order_idorder' => $id]);
}
$refused = static fn (): mixed => spread_last_error()?->getResponse()['refused'] ?? null;

// A handler that sends another refused order, with itself as the handler, 30 calls deep.
$depth = 0;
$handler = static function (int $level, string $message) use (&$handler, &$depth, $refused): bool {
    same("depth $depth: the message is of its own order", true, str_contains($message, "refused order refused $depth:"));
    same("depth $depth: the last error in the handler", "refused $depth", $refused());
    $here = ++$depth;
    set_error_handler($here < 30 ? $handler : static fn (): bool => true);
    same("depth $here: answer", false, send("refused $here"));
    same("depth $here: the last error after the call", "refused $here", $refused());
    same("depth $here: good", ["good $here", 1], send("good $here"));
    same("depth $here: no last error after a good order", null, $refused());
    restore_error_handler();
    return true;
};
set_error_handler($handler);
same('answer of the outermost', false, send('refused 0'));
same('the last error is that of the outermost, which ended last', 'refused 0', $refused());
same('the deepest', 30, $depth);
restore_error_handler();

// Unless a handler sets itself again, PHP does not call it for warnings of its own calls, but uses
// the built-in handler.
$calls = 0;
set_error_handler(static function () use (&$calls): bool {
    $calls++;
    @send('refused inside');
    return true;
});
same('answer', false, send('refused outside'));
same('calls of the handler', 1, $calls);
same('the last error', 'refused outside', $refused());
// A handler that makes a call and then throws.
restore_error_handler();
set_error_handler(static fn () => throw new Exception(json_encode(send('good in the handler'))));
same('thrown', 'Exception: ["good in the handler",1]', thrown(static fn () => send('refused before it is thrown')));
restore_error_handler();

// Later calls do not change stored errors.
configure(error_mode: 'silent');
$kept = [];
for ($number = 0; $number < 100; $number++) {
    send("refused $number");
    $kept[$number] = spread_last_error();
    send("good $number");
}
foreach ($kept as $number => $error) {
    same("error $number", ["refused $number", 422], [$error->getResponse()['refused'] ?? null, $error->getCode()]);
}
send('refused');
same('the same object each time', true, spread_last_error() === spread_last_error());
$error = spread_last_error();
$wrapped = thrown(static fn () => throw new LogicException('wrapped', 1, $error));
same('thrown as the cause of another', 'LogicException: wrapped', $wrapped);
same('thrown by hand', $error, (static function () use ($error): Throwable {
    try {
        throw $error;
    } catch (Throwable $caught) {
        return $caught;
    }
})());
$weak = WeakReference::create(spread_last_error());
unset($error, $kept);
gc_collect_cycles();
holds('the last error is kept until the next call', $weak->get() !== null && $weak->get() === spread_last_error());
send('good');
same('and released after the next good order', null, $weak->get());

// The trace of an error holds the arguments of the running functions. Releasing it runs their
// destructors, which may send orders.
ini_set('zend.exception_ignore_args', '0');
final class Sends
{
    public function __construct(private string $id)
    {
    }

    public function __destruct()
    {
        send($this->id);
    }
}
$with = static fn (Sends $argument, string $id): mixed => send($id);
foreach (['good in the destructor', 'refused in the destructor'] as $inner) {
    $with(new Sends($inner), 'refused at first');
    same("$inner: the last error of a refused order", [false, 'refused then'], [send('refused then'), $refused()]);
    $with(new Sends($inner), 'refused at first');
    same("$inner: and of a good one", [['good then', 1], null], [send('good then'), $refused()]);
}
echo $server->connections(), " connection\n";
?>
--EXPECT--
1 connection
