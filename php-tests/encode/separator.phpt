--TEST--
arg_separator.output is ignored: the separator is always &
--INI--
arg_separator.output=&amp;
--FILE--
<?php
$order = ['a' => 1, 'b' => ['c' => 2, 'd' => 3]];
echo http_build_query(['data' => $order]), "\n";
echo spread_encode_order($order, $order), "\n";
ini_set('arg_separator.output', ';');
var_dump(spread_encode_order($order, $order) === http_build_query(['data' => $order, 'request' => $order], '', '&'));
?>
--EXPECT--
data%5Ba%5D=1&amp;data%5Bb%5D%5Bc%5D=2&amp;data%5Bb%5D%5Bd%5D=3
data%5Ba%5D=1&data%5Bb%5D%5Bc%5D=2&data%5Bb%5D%5Bd%5D=3&request%5Ba%5D=1&request%5Bb%5D%5Bc%5D=2&request%5Bb%5D%5Bd%5D=3
bool(true)
