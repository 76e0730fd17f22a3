--TEST--
Each failure writes one line to PHP's error log, in every mode, unless spread.log_failures is off
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(function (array $request): string {
    parse_str($request['body'], $order);
    return ($order['data']['order_idorder'] ?? '') === 'good' ? answer_json('ok') : answer(500, [], 'oops');
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret');
$log = collect_log();
$fail = static function (string $id = '0000001'): ?string {
    try {
        @spread_update_order(['order_idorder' => $id], []);
        return null;
    } catch (Spread\Exception $error) {
        return $error->getMessage();
    }
};

foreach (['silent', 'warning', 'exception'] as $mode) {
    configure(error_mode: $mode);
    $fail();
    $lines = $log();
    echo $mode, ': ', count($lines), " line\n";
    contains($mode, spread_last_error()->getMessage(), $lines[0] ?? null);
    spread_update_order(['order_idorder' => 'good'], []);
    same("$mode, after a success", [], $log());
}
configure(error_mode: 'silent');
foreach (['0', '', 'off', 'no', 'false'] as $off) {
    configure(log_failures: $off);
    $fail();
    same("log_failures=$off", [], $log());
}
foreach (['1', 'on', 'yes', 'true'] as $on) {
    configure(log_failures: $on);
    $fail();
    same("log_failures=$on", 1, count($log()));
}
// An id cannot forge log lines or flood the log.
$fail("1\nspread: order 2 was delivered\r\n\0\x1b[31m");
$lines = $log();
same('lines', 1, count($lines));
holds('no control characters', preg_match('/[\x00-\x1f\x7f]/', $lines[0]) === 0, json_encode($lines[0]));
$fail(str_repeat('9', 100000));
$lines = $log();
same('lines', 1, count($lines));
between('length', 50, 1000, strlen($lines[0]));
// An id that is not a scalar does no harm.
foreach ([['a'], null, new stdClass(), 1.5, true, "\xff"] as $id) {
    spread_update_order(['order_idorder' => $id], []);
    same('lines', 1, count($log()));
}
// Without an id in $data, messages name the one in $request.
spread_update_order([], ['order_idorder' => 'of the request']);
contains('log', 'of the request', $log()[0]);
?>
--EXPECT--
silent: 1 line
warning: 1 line
exception: 1 line
