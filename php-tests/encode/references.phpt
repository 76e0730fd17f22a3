--TEST--
References, and references to references, are followed, and the arrays are not changed
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

hide_notices_of_http_build_query();

$email = 'john@doe.com';
$again = &$email;
$list = ['x', &$email];
$order = ['email' => &$email, 'again' => &$again, 'list' => &$list, 'copy' => $list];
foreach ($order['list'] as &$item);
unset($item);
$object = new stdClass();
$object->email = &$again;
$order['object'] = &$object;
$request = &$order['list'];

$before = serialize($order);
$expected = http_build_query(['data' => $order, 'request' => $request]);
same('body', $expected, spread_encode_order($order, $request));
same('order', $before, serialize($order));
$email = 'jane@doe.com';
same('order is still made of references', 'jane@doe.com', $order['object']->email);
echo urldecode($expected), "\n";
?>
--EXPECT--
data[email]=john@doe.com&data[again]=john@doe.com&data[list][0]=x&data[list][1]=john@doe.com&data[copy][0]=x&data[copy][1]=john@doe.com&data[object][email]=john@doe.com&request[0]=x&request[1]=john@doe.com
