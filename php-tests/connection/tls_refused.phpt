--TEST--
Each TLS failure has its own sentence with a remedy; php-curl refuses the same servers, except for one in the ledger
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$handler = static fn (): string => answer_json('answered');
/** Sends bytes without waiting for the client. */
$says = static fn (string $bytes): Closure => static function (Connection $connection) use ($bytes): void {
    $connection->write($bytes);
    $connection->waitForClose();
};
$old = $tls->server() + ['crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_1_SERVER, 'ciphers' => 'ALL:@SECLEVEL=0'];
$older = ['crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_0_SERVER] + $old;
// The words that identify each sentence, and whether the shop can act on it.
$cases = [
    'expired' => [serve($handler, ['tls' => $tls->server('expired')]), 'expired', 'renew'],
    'not valid yet' => [serve($handler, ['tls' => $tls->server('not_yet')]), 'not valid yet', 'clock'],
    'for another host' => [serve($handler, ['tls' => $tls->server('wrong_host')]), 'another host name', 'spread.endpoint'],
    'of an unknown CA' => [serve($handler, ['tls' => $tls->server('unknown_ca')]), 'unknown authority', 'spread.ca_file'],
    'self-signed' => [serve($handler, ['tls' => $tls->server('self_signed')]), 'unknown authority', 'spread.ca_file'],
    'TLS 1.1' => [serve($handler, ['tls' => $old]), 'TLS 1.2', 'update the server'],
    'TLS 1.0' => [serve($handler, ['tls' => $older]), 'TLS 1.2', 'update the server'],
    'plain http that waits' => [serve($handler), null, null],
    'plain http' => [serve_connections($says("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")), 'does not speak TLS', 'https://'],
    'something else' => [serve_connections($says("220 mail.example ESMTP ready\r\n")), 'does not speak TLS', 'https://'],
    'NULs' => [serve_connections($says(str_repeat("\0", 500))), 'does not speak TLS', 'https://'],
    'a closed connection' => [serve_connections(static fn (Connection $connection) => $connection->hasInput(1) && $connection->close()), null, null],
];
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0, timeout: 1, connect_timeout: 1);
$sentences = [];
foreach ($cases as $what => [$server, $reason, $advice]) {
    $url = str_replace('http:', 'https:', $server->url());
    configure(endpoint: $url);
    if ($what === 'plain http that waits') {
        // The server takes the handshake for the start of a request and waits for more.
        same($what, 'Spread\TimeoutException', outcome(spread_update_order([], [])));
        $server->stop();
        continue;
    }
    same("$what: php-curl", false, snippet(['data' => [], 'request' => []], $url, 'shop:s3cret', $tls->ca));
    same($what, 'Spread\ConnectionException', outcome(spread_update_order(['order_idorder' => '0000001'], [])));
    $sentence = spread_last_error()?->getMessage();
    foreach (array_filter([$reason, $advice, '0000001', "127.0.0.1:{$server->port}"]) as $part) {
        contains($what, $part, $sentence);
    }
    lacks($what, 's3cret', $sentence);
    $sentences[$reason ?? $what][] = str_replace((string) $server->port, 'PORT', $sentence);
    same("$what: requests", [], $server->requests());
    $server->stop();
}
// Each reason occurs exactly once.
foreach ($sentences as $reason => $same) {
    same("sentences about $reason", 1, count(array_unique($same)));
}
same('sentences', count($sentences), count(array_unique(array_merge(...array_values($sentences)))));

// The old servers do accept clients with TLS 1.1 and 1.0: the refusal is about the version.
foreach ([$old, $older] as $options) {
    $server = serve($handler, ['tls' => $options]);
    $stream = stream_socket_client("tcp://127.0.0.1:{$server->port}", context: stream_context_create(['ssl' => ['cafile' => $tls->ca, 'peer_name' => '127.0.0.1', 'ciphers' => 'ALL:@SECLEVEL=0']]));
    holds('the old version works', stream_socket_enable_crypto($stream, true, STREAM_CRYPTO_METHOD_TLSv1_0_CLIENT | STREAM_CRYPTO_METHOD_TLSv1_1_CLIENT) === true);
    fclose($stream);
    $server->stop();
}

// A self-signed certificate as its own CA file: accepted as a leaf; one marked as a CA only php-curl accepts.
foreach (['self_signed' => 'answer "answered"', 'self_signed_ca' => 'Spread\ConnectionException'] as $kind => $expected) {
    $pem = $tls->server($kind)['local_cert'];
    $server = serve($handler, ['tls' => $tls->server($kind)]);
    configure(endpoint: $server->url(), ca_file: $pem);
    same("$kind, trusted: php-curl", '"answered"', snippet(['data' => [], 'request' => []], $server->url(), 'shop:s3cret', $pem));
    same("$kind, trusted", $expected, outcome(spread_update_order([], [])));
}
contains('a CA as its own certificate', 'signed by a CA', spread_last_error()->getMessage());
contains('a CA as its own certificate', 'spread.ca_file', spread_last_error()->getMessage());
configure(ca_file: $tls->ca);
same('a CA as its own certificate, not trusted', 'Spread\ConnectionException', outcome(spread_update_order([], [])));
echo "done\n";
?>
--EXPECT--
done
