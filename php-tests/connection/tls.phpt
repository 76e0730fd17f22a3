--TEST--
Certificates are verified: the CA of spread.ca_file is trusted, every other server is refused with a hint
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$handler = static fn (array $request): string => answer_json(strlen($request['body']));
$good = serve($handler, ['tls' => $tls->server()]);
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);

foreach (['127.0.0.1', 'localhost'] as $host) {
    configure(endpoint: $good->url(host: $host));
    echo "$host: ", outcome(spread_update_order(['a' => 1], [])), "\n";
}

$refused = [
    'unknown_ca' => 'spread.ca_file', 'self_signed' => 'spread.ca_file', 'wrong_host' => 'host', 'expired' => 'expired', 'not_yet' => 'clock',
];
foreach ($refused as $kind => $hint) {
    $server = serve($handler, ['tls' => $tls->server($kind)]);
    configure(endpoint: $server->url());
    echo "$kind: ", outcome(spread_update_order(['order_idorder' => '0000001'], [])), "\n";
    $error = spread_last_error();
    contains($kind, $hint, $error->getMessage());
    contains($kind, '0000001', $error->getMessage());
    contains($kind, "127.0.0.1:{$server->port}", $error->getMessage());
    holds("$kind is retryable", $error->isRetryable());
    same("$kind: requests", [], $server->requests());
    configure(endpoint: $good->url());
    same("the next order after $kind", 13, spread_update_order(['a' => 1], []));
}

// The wrong CA for the right server, and back: a connection verified with one CA is not reused
// with another.
configure(ca_file: $tls->otherCa);
echo 'other CA: ', outcome(spread_update_order([], [])), "\n";
configure(ca_file: $tls->ca);
echo 'right CA: ', outcome(spread_update_order(['a' => 1], [])), "\n";

// A bundle, with text around the certificates.
$bundle = $tls->directory . '/bundle.pem';
file_put_contents($bundle, "# two of them\n" . file_get_contents($tls->otherCa) . "\n# and\n" . file_get_contents($tls->ca));
configure(ca_file: $bundle);
echo 'bundle: ', outcome(spread_update_order(['a' => 1], [])), "\n";
unlink($bundle);

// TLS 1.2 is enough, TLS 1.1 is not.
configure(ca_file: $tls->ca);
$old = serve($handler, ['tls' => $tls->server() + ['crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_2_SERVER]]);
configure(endpoint: $old->url());
echo 'TLS 1.2: ', outcome(spread_update_order(['a' => 1], [])), "\n";
$older = serve($handler, ['tls' => $tls->server() + ['crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_1_SERVER, 'ciphers' => 'ALL:@SECLEVEL=0']]);
configure(endpoint: $older->url());
echo 'TLS 1.1: ', outcome(spread_update_order(['a' => 1], [])), "\n";

// No TLS at all.
$answers_plainly = serve_connections(static function (Connection $connection): void {
    $connection->write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    $connection->waitForClose();
});
configure(endpoint: str_replace('http:', 'https:', $answers_plainly->url()));
echo 'plain http: ', outcome(spread_update_order(['a' => 1], [])), "\n";
?>
--EXPECT--
127.0.0.1: answer 13
localhost: answer 13
unknown_ca: Spread\ConnectionException
self_signed: Spread\ConnectionException
wrong_host: Spread\ConnectionException
expired: Spread\ConnectionException
not_yet: Spread\ConnectionException
other CA: Spread\ConnectionException
right CA: answer 13
bundle: answer 13
TLS 1.2: answer 13
TLS 1.1: Spread\ConnectionException
plain http: Spread\ConnectionException
