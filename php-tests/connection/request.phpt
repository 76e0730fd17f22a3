--TEST--
The request is one POST with the encoded order and no unnecessary header
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

['second' => $order] = documented();
$server = serve(fn (): string => answer_json(['ok' => true]));
configure(endpoint: $server->url('/api/updateOrder?shop=1&x=%20y'), public_key: 'shop', private_key: 's3cret');
spread_update_order($order['data'], $order['request']);

[$request] = $server->requests();
echo $request['method'], ' ', $request['path'], "\n";
$headers = [];
foreach ($request['headers'] as [$name, $value]) {
    $headers[strtolower($name)][] = $value;
}
ksort($headers);
same('host', ["127.0.0.1:{$server->port}"], $headers['host']);
same('user agent', ['spread-php/' . version_under_test() . ' PHP/' . PHP_VERSION], $headers['user-agent']);
same('length', [(string) strlen($request['body'])], $headers['content-length']);
unset($headers['host'], $headers['user-agent'], $headers['content-length']);
foreach ($headers as $name => $values) {
    echo $name, ': ', implode(' | ', $values), "\n";
}
same('body', http_build_query($order), $request['body']);
same('body, encoded only', spread_encode_order($order['data'], $order['request']), $request['body']);

// Other URLs.
foreach (['' => '/', '?a=b' => '/?a=b', '/x#part' => '/x', '/a%2Fb/%C3%A9' => '/a%2Fb/%C3%A9', '/a/../b' => '/b'] as $path => $expected) {
    configure(endpoint: $server->url($path));
    spread_update_order([], []);
    $requests = $server->requests();
    echo $path, ' asks for ', end($requests)['path'], ' with ', strlen(end($requests)['body']), " bytes\n";
}
echo $server->connections(), " connection\n";
?>
--EXPECT--
POST /api/updateOrder?shop=1&x=%20y
accept: */*
content-type: application/x-www-form-urlencoded
 asks for / with 0 bytes
?a=b asks for /?a=b with 0 bytes
/x#part asks for /x with 0 bytes
/a%2Fb/%C3%A9 asks for /a%2Fb/%C3%A9 with 0 bytes
/a/../b asks for /b with 0 bytes
1 connection
