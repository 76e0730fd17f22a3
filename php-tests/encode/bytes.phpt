--TEST--
Every byte is encoded as PHP encodes it: NUL, Latin-1, UTF-8 and invalid UTF-8
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$all = implode('', array_map('chr', range(0, 255)));
for ($byte = 0; $byte < 256; $byte++) {
    $order = ["k" . chr($byte) => 'v' . chr($byte), 'n' => [chr($byte) => chr($byte)]];
    same("byte $byte", http_build_query(['data' => $order, 'request' => []]), @spread_encode_order($order, []));
}
foreach ([$all, "caf\xe9", "\xff\xfe\0", "\u{1f600}", str_repeat($all, 500)] as $text) {
    $order = ['text' => $text, $text => 1];
    same('text', http_build_query(['data' => $order, 'request' => $order]), spread_encode_order($order, $order));
}
echo spread_encode_order(['t' => "a b~\0\xe9\u{e9}-_.!*'()"], []), "\n";
?>
--EXPECT--
data%5Bt%5D=a+b%7E%00%E9%C3%A9-_.%21%2A%27%28%29
