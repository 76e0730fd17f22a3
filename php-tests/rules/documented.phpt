--TEST--
The orders of both editions of the documentation break no rule, with values of any type
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/order.inc';

foreach ([[], ['sbt' => 'b0a7%c3&=+']] as $cookies) {
    $_COOKIE = $cookies;
    foreach (documented() as $edition => $order) {
        same($edition, [], spread_validate_order($order['data'], $order['request']));
        $order['data']['order_state'] = 10;
        $order['data']['order_amount'] = '158.31';
        $order['data']['customer_isoptin'] = 1;
        $order['data']['customer_mobile_isoptin'] = -1;
        $order['data']['consents'] = ['newsletter' => true, 'sms' => 0];
        $order['data']['date'] = '2014-06-21';
        $order['data']['group'] = ['b2b'];
        $order['data']['add_tag'] = 'tag1,tag2';
        same("$edition, other types", [], spread_validate_order($order['data'], $order['request']));
        foreach ($order['data'] as &$value); // leaves every element a reference
        same("$edition, by reference", [], spread_validate_order($order['data'], $order['request']));
        unset($value);
    }
}
same('the least', [], spread_validate_order(an_order(), ['order_idorder' => '0000001']));
print_r(spread_validate_order([], []));
?>
--EXPECT--
Array
(
    [0] => Array
        (
            [field] => data.customer_email
            [rule] => missing
            [severity] => error
            [message] => data.customer_email and data.external_id are both missing; at least one must name the customer
        )

    [1] => Array
        (
            [field] => data.order_idorder
            [rule] => missing
            [severity] => error
            [message] => data.order_idorder is missing; it must be a text
        )

    [2] => Array
        (
            [field] => data.order_state
            [rule] => missing
            [severity] => error
            [message] => data.order_state is missing; it must be 0, 10, 20, 50 or 100
        )

    [3] => Array
        (
            [field] => data.order_amount
            [rule] => missing
            [severity] => error
            [message] => data.order_amount is missing; it must be a number such as 158.31
        )

    [4] => Array
        (
            [field] => data.order_crea_dt
            [rule] => missing
            [severity] => error
            [message] => data.order_crea_dt is missing; it must be a real date and time as Y-m-d H:i:s
        )

    [5] => Array
        (
            [field] => request.order_idorder
            [rule] => missing
            [severity] => error
            [message] => request.order_idorder is missing; it must be a text
        )

)
