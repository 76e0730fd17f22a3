--TEST--
spread accepts the irregular heads that libcurl accepts: folded lines, odd bytes, spaces before the colon, hundreds of headers
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$end = "Content-Length: 5\r\n\r\n[1,2]";
$answers = [
    'folded' => "HTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\n\tthree\r\n$end",
    'Latin-1 value' => "HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\n$end",
    'control byte in a value' => "HTTP/1.1 200 OK\r\nX-Name: a\x01b\r\n$end",
    'space before the colon' => "HTTP/1.1 200 OK\r\nX-Name : a\r\n$end",
    'name with odd characters' => "HTTP/1.1 200 OK\r\nX(Name): a\r\n$end",
    '300 headers' => "HTTP/1.1 200 OK\r\n" . str_repeat("Set-Cookie: a=b\r\n", 300) . $end,
    'lines that end in LF only' => str_replace("\r\n", "\n", "HTTP/1.1 200 OK\r\n$end"),
];
$server = serve(function (array $request) use ($answers): string {
    parse_str($request['body'], $order);
    return $answers[$order['data']['order_idorder']];
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);
foreach (array_keys($answers) as $what) {
    $order = ['data' => ['order_idorder' => $what], 'request' => []];
    $expected = json_decode((string) snippet($order, $server->url(), 'shop:s3cret'));
    $answer = spread_update_order($order['data'], $order['request']);
    same("$what: " . spread_last_error()?->getMessage(), $expected, $answer);
    echo $what, ': ', outcome($answer), "\n";
}
?>
--EXPECT--
folded: answer [1,2]
Latin-1 value: answer [1,2]
control byte in a value: answer [1,2]
space before the colon: answer [1,2]
name with odd characters: answer [1,2]
300 headers: answer [1,2]
lines that end in LF only: answer [1,2]
