--TEST--
Each method is sent to its URL with the bytes of http_build_query(), by its function and by the client
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static fn (array $request): string => str_contains($request['body'], 'refuse')
    ? answer_json(['error' => 'no'], 422)
    : answer_json([$request['path'], $request['body']]));
configure(public_key: 'shop', private_key: 's3cret', log_failures: 0);
$data = ['customer_email' => 'john@doe.com', 'external_id' => 7, 'add_tag' => ['a', 'b'], 'custom_fields' => [327 => 'é & co']];
$methods = [
    'updateOrder' => 'spread_update_order',
    'createOrder' => 'spread_create_order',
    'updateAccount' => 'spread_update_account',
    'createAccount' => 'spread_create_account',
];
foreach (['/api/updateOrder' => '/api/%s', '/v2/UpdateOrder' => '/v2/%s', '/updateorder?a=b&c' => '/%s?a=b&c'] as $path => $expected) {
    configure(endpoint: $server->url($path));
    $client = new Spread\Client('shop', 's3cret');
    foreach ($methods as $method => $function) {
        $name = str_contains($path, 'UpdateOrder') ? ucfirst($method) : $method;
        $url = $method === 'updateOrder' ? $path : sprintf($expected, $name);
        $calls = [[$data, ['order_idorder' => '1']], [$data, []]];
        if ($method !== 'updateOrder') {
            $calls[] = [$data];
        }
        foreach ($calls as $number => $arguments) {
            $answer = [$url, http_build_query(['data' => $data, 'request' => $arguments[1] ?? []])];
            same("$function, $path, $number", $answer, $function(...$arguments));
            same("client, $method, $path, $number", $answer, $client->$method(...$arguments));
        }
    }
}
same('named arguments', ['/createAccount?a=b&c', 'data%5Bx%5D=1'], spread_create_account(request: [], data: ['x' => 1]));

// An endpoint with another name serves updateOrder alone.
configure(endpoint: $server->url('/orders'));
same('updateOrder', '/orders', spread_update_order($data, [])[0]);
foreach (array_slice($methods, 1) as $method => $function) {
    same($function, false, $function($data));
    echo spread_last_error()::class, ': ', spread_last_error()->getMessage(), "\n";
}
echo thrown(static fn () => (new Spread\Client('shop', 's3cret'))->createAccount([])), "\n";

// Messages name the order or the account, an address never.
configure(endpoint: $server->url('/api/updateOrder'));
foreach ([
    ['spread_create_order', ['order_idorder' => '0000001', 'x' => 'refuse']],
    ['spread_create_account', ['external_id' => '12345xxx6789', 'x' => 'refuse']],
    ['spread_update_account', ['external_id' => 42, 'customer_email' => 'john', 'x' => 'refuse']],
    ['spread_update_account', ['customer_email' => 'john@doe.com', 'x' => 'refuse']],
    ['spread_update_account', ['external_id' => '0', 'customer_email' => 'John@Doe.com', 'x' => 'refuse']],
    ['spread_update_account', ['x' => 'refuse']],
] as [$function, $fields]) {
    same($function, false, $function($fields));
    echo spread_last_error()->getMessage(), "\n";
    lacks('the address', 'doe.com', spread_last_error()->getMessage());
}
echo "done\n";
?>
--EXPECTF--
Spread\ConfigurationException: the order was not sent: spread.endpoint must end in updateOrder, from which the URL of createOrder is made
Spread\ConfigurationException: account 7 was not sent: spread.endpoint must end in updateOrder, from which the URL of updateAccount is made
Spread\ConfigurationException: account 7 was not sent: spread.endpoint must end in updateOrder, from which the URL of createAccount is made
Spread\ConfigurationException: the account was not sent: spread.endpoint must end in updateOrder, from which the URL of createAccount is made
SPREAD refused order 0000001: HTTP 422 Unprocessable Entity; data.customer_email and data.external_id are both missing; at least one must name the customer
SPREAD refused account 12345xxx6789: HTTP 422 Unprocessable Entity; check the account's fields
SPREAD refused account 42: HTTP 422 Unprocessable Entity; data.customer_email must be %s
SPREAD refused account email:%x: HTTP 422 Unprocessable Entity; check the account's fields
SPREAD refused account email:%x: HTTP 422 Unprocessable Entity; check the account's fields
SPREAD refused the account: HTTP 422 Unprocessable Entity; data.customer_email and data.external_id are both missing; at least one must name the customer
done
