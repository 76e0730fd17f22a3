--TEST--
Edge cases of JSON decode as json_decode() decodes them, whatever the content type
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$bodies = [
    // numbers
    '-0', '-0.0', '-0e0', '0.0', '[-0,-0.0]', '9223372036854775807', '-9223372036854775808',
    '9223372036854775808', '-9223372036854775809', '18446744073709551615', '18446744073709551616',
    '123456789012345678901234567890', '{"id":9223372036854775808}', '1e400', '-1e400', '1e-400', '[1e400,-1e400,1e-400]',
    '1E5', '1e+5', '1.0', '100', '0.1', '158.31', '0.30000000000000004', '5e-324', '2.2250738585072011e-308',
    '1.7976931348623157e308', '1.7976931348623159e308', '9007199254740993', '9007199254740993.0', '01', '-', '-a', '1.', '.5', '+1', '1e', '0x10', '1 2', 'NaN', 'Infinity',
    // keys
    '{"5":1,"-5":2,"05":3,"-0":4,"9223372036854775807":5,"9223372036854775808":6}',
    '{"-9223372036854775808":1,"-9223372036854775809":2,"+1":3,"1.5":4," 1":5,"0":6,"00":7}',
    '{"a":1,"b":2,"a":3}', '{"5":1,"x":2,"\u0035":3}', '{"a":{"x":1},"a":[2]}', '{"":1}', '{"":1,"":2}', '{"\u0000a":1}', '{"\u0000":1,"a\u0000b":2}',
    '{"_empty_":1}', '{"\ud83d\ude00":1}', "{\"\u{e9}\":1}",
    // strings
    '"a"', '""', '"\u00e9\/\b\f\n\r\t\"\\\\"', '"\u0000"', '"\ud83d\ude00"', '"\uD83D\uDE00"', '"\ud83d"', '"\ude00"', '"\ud83dx"', '["\ud83d"]', '["\ude00\ud83d"]', '["\ud83d\ud83d"]', '{"\ud83d":1}',
    "\"\u{10ffff}\"", "\"\xff\"", "[\"\xff\"]", "[\"\xc3\"]", "[\"\xed\xa0\x80\"]", "[\"\xc0\x80\"]", "[\"\xf4\x90\x80\x80\"]", "{\"\xff\":1}", "\"\x1f\"", "[\"\n\"]", "[\"\x7f\"]", '"\x41"', '["\x41"]', '["\u12"]', "[\"a\0b\"]", "\"",
    // documents
    'null', 'true', 'false', '[]', '{}', '[[],{}]', '[1,]', '{"a":1,}', '{a:1}', "{'a':1}", '[1}', '{"a":1', '[', '{', ']', '}', '[1]x', '[1][2]', '{"a"}', '{"a":}', '{:1}', '[,1]', '[1 2]', '[1]//x', '/**/[1]',
    'True', 'NULL', 'nul', 'truex', 'true false', '[True]', "[1]\0", "\0[1]",
    // white space
    " \t\r\n[1, 2]\n\n", " 5 ", "\n\"a\"\n", "\x0b[1]", "\u{a0}[1]", "[1]\x0c", "[\x0c1]", " null ", " \n text ", "\t<p>", "\r\n{",
    // a byte order mark
    "\xef\xbb\xbf{\"a\":1}", "\xef\xbb\xbf[1]", "\xef\xbb\xbf5", "\xef\xbb\xbf<html>", "\xef\xbb\xbftext", "\xef\xbb\xbf", " \xef\xbb\xbf {",
    // depth
    str_repeat('[', 511) . str_repeat(']', 511), str_repeat('[', 512) . str_repeat(']', 512), str_repeat('[', 513) . str_repeat(']', 513),
    str_repeat('[', 512) . '1' . str_repeat(']', 512), str_repeat('{"a":', 512) . '1' . str_repeat('}', 512), str_repeat('{"a":', 513) . '1' . str_repeat('}', 513),
    str_repeat('[{"a":', 256) . '1' . str_repeat('}]', 256), str_repeat('[', 512), str_repeat('[', 513), str_repeat('[', 100000), str_repeat('{"":', 100000),
    '[' . str_repeat('[],', 1000) . '[]]', str_repeat('[', 600) . 'x',
    // not JSON
    '', 'OK', 'order saved', '5 orders', '-1 order', 'true, saved', '"OK", he said', 'null.', "OK\n", '(1)', 'a{', '&lt;p>', '<html><body>login</body></html>', '<', '<?xml version="1.0"?><a/>', '<!-- -->',
    "\xff\xfe", "caf\xe9", "\0", ';', 'callback({"a":1})', ")]}',\n{\"a\":1}",
    // large
    json_encode(array_fill(0, 20000, ['id' => 1, 'name' => 'é'])), '"' . str_repeat('\u00e9', 100000) . '"', str_repeat('text ', 100000),
];
$server = serve(function (array $request) use ($bodies): string {
    parse_str($request['body'], $order);
    [$number, $type] = explode(' ', $order['data']['order_idorder'], 2);
    return answer(200, $type === '' ? [] : ["Content-Type: $type"], $bodies[$number]);
}, ['log' => false]);
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);

foreach (['application/json', 'text/html; charset=iso-8859-1', ''] as $type) {
    foreach ($bodies as $number => $body) {
        $order = ['order_idorder' => "$number $type"];
        $answer = spread_update_order($order, $order);
        same("$number $type: " . json_encode(substr($body, 0, 60), JSON_PARTIAL_OUTPUT_ON_ERROR), promised_answer($body), actual_answer($answer));
    }
}
echo "done\n";
?>
--EXPECT--
done
