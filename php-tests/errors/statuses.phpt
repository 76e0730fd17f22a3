--TEST--
Each status outside 2xx has its class, its retryability and the server's response
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$bodies = [
    400 => '{"error":{"field":"order_amount","id":12345678901234567890}}', 401 => '"keys"', 403 => '[]', 404 => '<html>Not Found</html>',
    405 => 'no', 408 => '', 409 => 'false', 410 => 'null', 418 => '{"broken":', 422 => '{"5":{"-1":-0.0}}', 425 => "\xff\xfe", 426 => ' {"a":1} ',
    429 => '{"slow":"down"}', 451 => '0', 499 => " text\n", 500 => '<h1>', 501 => '', 502 => '{}', 503 => '', 504 => 'gateway', 511 => '', 599 => '[1',
];
$server = serve(function (array $request) use ($bodies): string {
    parse_str($request['body'], $order);
    $status = (int) $order['data']['order_idorder'];
    return answer($status, ['Content-Type: text/plain'], $bodies[$status]);
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);
foreach ($bodies as $status => $body) {
    $order = ['order_idorder' => (string) $status];
    same("$status: answer", false, spread_update_order($order, $order));
    $error = spread_last_error();
    $value = json_decode($body, true);
    same("$status: response", $body === '' ? null : (json_last_error() ? $body : $value), $error->getResponse());
    same("$status: retry after", null, $error->getRetryAfter());
    contains("$status: message", "order $status: HTTP $status", $error->getMessage());
    printf("%d %s%s\n", $error->getCode(), $error::class, $error->isRetryable() ? ', retryable' : '');
}
same('connections', polyfill() === null ? 1 : 22, $server->connections());
?>
--EXPECT--
400 Spread\ResponseException
401 Spread\AuthenticationException
403 Spread\AuthenticationException
404 Spread\ResponseException
405 Spread\ResponseException
408 Spread\ResponseException, retryable
409 Spread\ResponseException
410 Spread\ResponseException
418 Spread\ResponseException
422 Spread\ResponseException
425 Spread\ResponseException, retryable
426 Spread\ResponseException
429 Spread\ResponseException, retryable
451 Spread\ResponseException
499 Spread\ResponseException
500 Spread\ResponseException, retryable
501 Spread\ResponseException, retryable
502 Spread\ResponseException, retryable
503 Spread\ResponseException, retryable
504 Spread\ResponseException, retryable
511 Spread\ResponseException, retryable
599 Spread\ResponseException, retryable
