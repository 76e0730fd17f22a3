--TEST--
With direct delivery an order that SPREAD refuses fails in each mode as without an outbox, and is dead-lettered; one that meets a missing page, HTML or half a document stays pending
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
    $id = $order['request']['order_idorder'];
    return match (strtok($id, ' ')) {
        'html' => answer(200, ['Content-Type: text/html'], '<html>maintenance</html>'),
        'broken' => answer(200, ['Content-Type: application/json'], '{"half": '),
        'text' => answer(200, [], 'fine'),
        default => answer_json(['wrong' => 'the order'], (int) $id),
    };
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', circuit_breaker: 0);
$log = collect_log();
$raised = [];
set_error_handler(static function (int $level, string $message) use (&$raised): bool {
    $raised[] = $message;
    return true;
});
/** The outcome of a call: answer or exception, last error and warnings; and its log lines. */
$outcome = static function (string $id, Closure $call) use (&$raised, $log): array {
    $raised = [];
    $answer = null;
    $thrown = thrown(static function () use ($call, $id, &$answer): void {
        $answer = $call(...order($id, customer_email: 'john@doe.com'));
    });
    $error = spread_last_error();
    return [[$answer, $thrown, $error ? $error::class : null, $error?->getCode(), $error?->isRetryable(), $error?->getResponse(), $error?->getMessage(), $raised], $log()];
};
$calls = [
    'silent' => spread_update_order(...),
    'warning' => spread_update_order(...),
    'exception' => spread_update_order(...),
    'client' => static fn (array $data, array $request): mixed => (new Spread\Client('shop', 's3cret'))->updateOrder($data, $request),
];
$refused = [];
$pending = [];
foreach ($calls as $mode => $call) {
    configure(error_mode: $mode === 'client' ? 'silent' : $mode);
    foreach (['400', '404', '409', '422', 'html', 'broken'] as $case) {
        $id = "$case of $mode";
        configure(outbox: '');
        [$expected, $lines] = $outcome($id, $call);
        same("$id: fails without an outbox", [false, 1], [$expected[0] ?? false, count($lines)]);
        configure(outbox: $place->setting());
        [$actual, $lines_with] = $outcome($id, $call);
        if (in_array($case, ['404', 'html', 'broken'], true)) {
            same("$id: is kept", [true, 'Spread\ResponseException'], [$actual[0], $actual[2]]);
            same("$id: log", ["$lines[0]; the outbox keeps it and will send it again"], $lines_with);
            $pending[] = "$id pending 1 " . ((int) $case ?: 200);
            continue;
        }
        same("$id: as without an outbox", $expected, $actual);
        same("$id: class", 'Spread\ResponseException', $actual[2]);
        same("$id: log", ["$lines[0]; the outbox keeps it as refused"], $lines_with);
        $refused[] = "$id refused 1 " . ((int) $case ?: 200);
    }
    same("text of $mode", 'fine', $call(...order("text of $mode")));
}
same('records', [[], []], [array_diff([...$refused, ...$pending], $place->records()), array_diff($place->records(), $refused, $pending)]);
// A refused record blocks no later update and is not sent again.
same('drain', 0, spread_outbox_drain()['refused']);
$before = count($server->requests());
same('a later update of a refused order', false, spread_update_order(...order('400 of silent')));
same('requests', $before + 1, count($server->requests()));
echo count($refused), ' refused, ', count($pending), " pending\n";
?>
--EXPECT--
12 refused, 12 pending
