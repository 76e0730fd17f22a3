--TEST--
The message for an unknown field suggests the nearest documented one
--FILE--
<?php
require __DIR__ . '/order.inc';

$messages = static fn (array $changes, array $request = []): array
    => array_column(spread_validate_order(an_order($changes), $request + ['order_idorder' => '0000001']), 'message');
$names = ['customer_emial', 'customerFirstname', 'email', 'order_amout', 'order-state', 'consent', 'product_attribute', 'order_id', 'dates', 'utm_source', '', 12];
foreach ($messages(array_fill_keys($names, 'a value')) as $message) {
    echo $message, "\n";
}
echo implode("\n", $messages([], ['customer_email' => 'a value', 'order_idorde' => 'a value'])), "\n";
// Names are made safe for a log line.
foreach (spread_validate_order(an_order(["a\nb\0" => 1, "\xff" => 1, str_repeat('x', 1000) => 1]), ['order_idorder' => '0000001']) as $finding) {
    echo $finding['rule'], ' ', json_encode($finding['field']), ' ', strlen($finding['message']), "\n";
}
?>
--EXPECT--
data.customer_emial is not a documented field; did you mean data.customer_email?
data.customerFirstname is not a documented field; did you mean data.customer_firstname?
data.email is not a documented field; did you mean data.customer_email?
data.order_amout is not a documented field; did you mean data.order_amount?
data.order-state is not a documented field; did you mean data.order_state?
data.consent is not a documented field; did you mean data.consents?
data.product_attribute is not a documented field; did you mean data.product_attributes?
data.order_id is not a documented field; did you mean data.order_idorder?
data.dates is not a documented field; check its name
data.utm_source is not a documented field; check its name
data. is not a documented field; check its name
data.12 is not a documented field; check its name
request.customer_email is not a documented field; did you mean data.customer_email?
request.order_idorde is not a documented field; did you mean request.order_idorder?
unknown-field "data.a\ufffdb\ufffd" 55
unknown-field "data.\ufffd" 50
not-utf-8 "data.\ufffd" 34
unknown-field "data.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" 111
