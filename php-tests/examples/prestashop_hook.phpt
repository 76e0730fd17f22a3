--TEST--
examples/prestashop_hook.php, with stubs of PrestaShop's classes, sends the state of each status with the keys of the order's shop
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

require __DIR__ . '/prestashop.inc';
date_default_timezone_set('Europe/Paris');
require __DIR__ . '/../../examples/prestashop_hook.php';
$module = new SpreadOrders();
holds('installs', $module->install());
$server = serve(static function (array $request): string {
    if (!basic_credentials($request)) {
        return answer(401, ['WWW-Authenticate: Basic realm="SPREAD"']);
    }
    parse_str($request['body'], $order);
    return $order['data']['order_state'] === '100' ? answer(500) : answer_json('ok');
});
configure(endpoint: $server->url(), error_mode: 'exception', log_failures: 0);
foreach ([[6, 0, 0], [10, 0, 0], [2, 1, 0], [4, 1, 1], [5, 1, 1]] as [$id, $paid, $shipped]) {
    $module->hookActionOrderStatusPostUpdate(['newOrderStatus' => (object) ['id' => $id, 'paid' => $paid, 'shipped' => $shipped], 'id_order' => 42]);
}
foreach (array_filter($server->requests(), basic_credentials(...)) as $request) {
    parse_str($request['body'], $order);
    echo 'state ', $order['data']['order_state'], ', keys ', basic_credentials($request), "\n";
}
unset($order['data']['order_state']);
echo json_encode($order, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
if (function_exists('spread_validate_order')) {
    $order['data']['order_state'] = '20';
    same('findings', [], spread_validate_order($order['data'], $order['request']));
}
?>
--EXPECT--
logged: SPREAD refused order 42: HTTP 500 Internal Server Error; send it again later
state 0, keys shop 3:s3cret
state 10, keys shop 3:s3cret
state 20, keys shop 3:s3cret
state 50, keys shop 3:s3cret
state 100, keys shop 3:s3cret
{
    "data": {
        "action": "order",
        "customer_email": "john@doe.com",
        "external_id": "9",
        "customer_name": "Doe",
        "customer_firstname": "John",
        "customer_isoptin": "1",
        "customer_address": "8, rue de la place",
        "customer_address2": "",
        "customer_cp": "76000",
        "customer_city": "Rouen",
        "customer_country": "FR",
        "customer_tel": "0235000000",
        "order_idorder": "42",
        "order_amount": "158.31",
        "order_crea_dt": "2014-06-21 14:31:08",
        "product_attributes": [
            [
                "reference:XL-1"
            ],
            [
                "reference:S-2"
            ]
        ]
    },
    "request": {
        "order_idorder": "42"
    }
}
