--TEST--
silent raises nothing, warning raises one E_WARNING, exception throws; spread_last_error() returns the error in each mode
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(function (array $request): string {
    parse_str($request['body'], $order);
    return $order['data']['order_idorder'] === 'good' ? answer_json('ok') : answer(422, [], '{"error":"amount"}');
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);
set_error_handler(function (int $level, string $message): bool {
    echo "  raised $level: $message\n";
    return true;
});

foreach (['default', 'silent', 'warning', 'exception', 'silent'] as $mode) {
    echo "$mode:\n";
    if ($mode !== 'default') {
        configure(error_mode: $mode);
    }
    $caught = null;
    try {
        $line = __LINE__ + 1;
        var_dump(spread_update_order(['order_idorder' => '0000001'], []));
    } catch (Spread\Exception $caught) {
        echo '  thrown: ', $caught::class, ' ', $caught->getCode(), ' ', $caught->getMessage(), "\n";
    }
    $last = spread_last_error();
    echo '  last error: ', $last::class, ' ', $last->getCode(), ' ', json_encode($last->getResponse()), "\n";
    same('the same object twice', true, $last === spread_last_error());
    if ($caught !== null) {
        same('the object thrown', true, $last === $caught);
    }
    same('file', __FILE__, $last->getFile());
    same('line', $line, $last->getLine());
    var_dump(spread_update_order(['order_idorder' => 'good'], []), spread_last_error());
}
// The warning as PHP displays it.
restore_error_handler();
configure(error_mode: 'warning');
spread_update_order(['order_idorder' => '0000001'], []);
// With @, spread_last_error() still has it.
var_dump(@spread_update_order(['order_idorder' => '0000001'], []), spread_last_error()->getCode());
?>
--EXPECTF--
default:
bool(false)
  last error: Spread\ResponseException 422 {"error":"amount"}
string(2) "ok"
NULL
silent:
bool(false)
  last error: Spread\ResponseException 422 {"error":"amount"}
string(2) "ok"
NULL
warning:
  raised 2: spread_update_order(): SPREAD refused order 0000001: HTTP 422%s
bool(false)
  last error: Spread\ResponseException 422 {"error":"amount"}
string(2) "ok"
NULL
exception:
  thrown: Spread\ResponseException 422 SPREAD refused order 0000001: HTTP 422%s
  last error: Spread\ResponseException 422 {"error":"amount"}
string(2) "ok"
NULL
silent:
bool(false)
  last error: Spread\ResponseException 422 {"error":"amount"}
string(2) "ok"
NULL

Warning: spread_update_order(): SPREAD refused order 0000001: HTTP 422%s in %smodes.php on line %d
bool(false)
int(422)
