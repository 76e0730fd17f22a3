--TEST--
The orders of both editions of the documentation encode to the same bytes as http_build_query()
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$_COOKIE = [];
$editions = documented();
$_COOKIE['sbt'] = 'b0a7%c3&=+';
foreach (documented() as $edition => $order) {
    $editions["$edition, with the cookie"] = $order;
}
foreach ($editions as $edition => $order) {
    $body = spread_encode_order($order['data'], $order['request']);
    same($edition, http_build_query($order), $body);
    printf("%s: %d bytes\n", $edition, strlen($body));
}
echo substr(urldecode($body), -224), "\n";
?>
--EXPECT--
first: 1463 bytes
second: 1436 bytes
first, with the cookie: 1508 bytes
second, with the cookie: 1481 bytes
data[product_attributes][1][1]=color:blue&data[add_order_tag][0]=tag_commande_1&data[add_order_tag][1]=tag_commande_2&data[del_order_tag][0]=tag_commande_3&data[del_order_tag][1]=tag_commande_4&request[order_idorder]=0000001
