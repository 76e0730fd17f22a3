--TEST--
When SPREAD refuses an order that breaks a documented rule, the message names the first one
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/order.inc';

$server = serve(function (array $request): string {
    parse_str($request['body'], $order);
    return answer((int) ($order['data']['group'] ?? 200), [], '{}');
});
$log = collect_log();
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret');
$say = static function (array $changes): void {
    spread_update_order(an_order($changes), ['order_idorder' => '0000001']);
    echo spread_last_error()?->getMessage() ?? 'no error', "\n";
};
$wrong = ['order_state' => '15', 'order_amount' => 's3cret', 'customer_gender' => 's3cret'];
$say(['group' => 422] + $wrong);
$say(['group' => 400, 'customer_email' => 'john'] + $wrong);
$say(['group' => 422]);
echo "warnings are no reason:\n";
$say(['group' => 422, 'customer_gender' => 'x', 'zip' => 'x']);
echo "about other things:\n";
foreach ([401, 403, 404, 405, 408, 425, 429, 500, 503] as $status) {
    $say(['group' => $status] + $wrong);
}
echo "accepted all the same:\n";
$say(['group' => 200] + $wrong);
echo "thrown:\n";
configure(error_mode: 'exception');
try {
    $say(['group' => 422] + $wrong);
} catch (Spread\ResponseException $error) {
    echo $error->getMessage(), "\n";
}
foreach ($log() as $line) {
    lacks('the log', 's3cret', $line);
    contains('the log', 'spread: SPREAD refused order 0000001: HTTP ', $line);
}
?>
--EXPECT--
SPREAD refused order 0000001: HTTP 422 Unprocessable Entity; data.order_state must be 0, 10, 20, 50 or 100
SPREAD refused order 0000001: HTTP 400 Bad Request; data.customer_email must be an e-mail address
SPREAD refused order 0000001: HTTP 422 Unprocessable Entity; check the order's fields
warnings are no reason:
SPREAD refused order 0000001: HTTP 422 Unprocessable Entity; check the order's fields
about other things:
SPREAD refused order 0000001: HTTP 401 Unauthorized; check spread.public_key and spread.private_key
SPREAD refused order 0000001: HTTP 403 Forbidden; check that these API keys may report orders
SPREAD refused order 0000001: HTTP 404 Not Found; check spread.endpoint
SPREAD refused order 0000001: HTTP 405 Method Not Allowed; check spread.endpoint
SPREAD refused order 0000001: HTTP 408 Request Timeout; send it again later
SPREAD refused order 0000001: HTTP 425 Too Early; send it again later
SPREAD refused order 0000001: HTTP 429 Too Many Requests; send it again later
SPREAD refused order 0000001: HTTP 500 Internal Server Error; send it again later
SPREAD refused order 0000001: HTTP 503 Service Unavailable; send it again later
accepted all the same:
no error
thrown:
SPREAD refused order 0000001: HTTP 422 Unprocessable Entity; data.order_state must be 0, 10, 20, 50 or 100
