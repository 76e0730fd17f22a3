--TEST--
Requests have the headers of the documented snippet, except those in the ledger: User-Agent, and Expect for a large order
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_unless_ledger_covers_libcurl();
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

function headers_of(array $request): array
{
    $headers = [];
    foreach ($request['headers'] as [$name, $value]) {
        $headers[strtolower($name)][] = $value;
    }
    ksort($headers);
    return $headers;
}

$tls = new Certificates();
$asks = static fn (array $request): string => match (true) {
    basic_credentials($request) === null => answer(401, ['WWW-Authenticate: Basic realm="SPREAD"', 'Set-Cookie: a=b']),
    $request['path'] === '/api/updateOrder' => answer(302, ['Location: /b', 'Set-Cookie: c=d']),
    default => answer_json('there'),
};
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, auth: 'any');
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    foreach (['small' => 10, 'large' => 1_200_000] as $size => $length) {
        $server = serve($asks, $options);
        configure(endpoint: $server->url());
        $order = ['data' => ['order_idorder' => '1', 'long' => str_repeat('x', $length)], 'request' => []];
        same("$scheme, $size: the snippet's answer", '"there"', snippet($order, $server->url(), 'shop:s3cret', $tls->ca));
        $old = array_map(headers_of(...), $server->requests());
        same("$scheme, $size: answer", 'there', spread_update_order($order['data'], $order['request']));
        $new = array_map(headers_of(...), array_slice($server->requests(), count($old)));
        same("$scheme, $size: requests", 3, count($old));
        // The rows of the ledger.
        foreach ($old as &$headers) {
            holds("$scheme, $size: the row user-agent shows", !isset($headers['user-agent']));
            same("$scheme, $size: the row expect shows", $size === 'large', isset($headers['expect']));
            unset($headers['expect']);
            $headers['user-agent'] = ['spread-php/' . version_under_test() . ' PHP/' . PHP_VERSION];
            ksort($headers);
        }
        unset($headers);
        same("$scheme, $size: headers", $old, $new);
        $server->stop();
    }
}
echo "done\n";
?>
--EXPECT--
done
