--TEST--
Each TLS failure has its own sentence with a remedy; php-curl refuses the same servers, except for those in the ledger
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('openssl');
?>
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
    'TLS 1.1' => [serve($handler, ['tls' => $old]), 'no TLS 1.2 or later', 'update the server'],
    'TLS 1.0' => [serve($handler, ['tls' => $older]), 'no TLS 1.2 or later', 'update the server'],
    'TLS 1.2 with RSA key exchange' => [serve($handler, ['tls' => $tls->server('rsa') + ['crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_2_SERVER, 'ciphers' => 'AES128-GCM-SHA256']]), 'in common', 'ECDHE', 'tls-suites'],
    'TLS 1.2 with CBC' => [serve($handler, ['tls' => $tls->server() + ['crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_2_SERVER, 'ciphers' => 'ECDHE-ECDSA-AES128-SHA']]), 'in common', 'AES-GCM', 'tls-suites'],
    'TLS 1.2 with DHE' => [serve($handler, ['tls' => $tls->server('rsa') + ['crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_2_SERVER, 'ciphers' => 'DHE-RSA-AES128-GCM-SHA256', 'dh_param' => $tls->dhParameters()]]), 'in common', 'ECDHE', 'tls-suites'],
    'a key of P-521' => [serve($handler, ['tls' => $tls->server('p521')]), 'in common', 'server', 'tls-suites'],
    'a certificate of version 1' => [serve($handler, ['tls' => $tls->server('version1')]), 'version 1', 'version 3', 'certificate-v1'],
    'a certificate with a common name alone' => [serve($handler, ['tls' => $tls->server('no_san')]), 'without a subject alternative name', 'issue one', 'no-san'],
    'plain http that waits' => [serve($handler), null, null],
    'plain http' => [serve_connections($says("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")), 'does not speak TLS', 'https://'],
    'something else' => [serve_connections($says("220 mail.example ESMTP ready\r\n")), 'does not speak TLS', 'https://'],
    'NULs' => [serve_connections($says(str_repeat("\0", 500))), 'does not speak TLS', 'https://'],
    'a closed connection' => [serve_connections(static fn (Connection $connection) => $connection->hasInput(1) && $connection->close()), null, null],
];
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0, timeout: 1, connect_timeout: 1);
$sentences = [];
if (polyfill() !== null) {
    // The rows of the ledger about TLS do not apply to php-curl.
    $cases = array_filter($cases, static fn (array $case): bool => !isset($case[3]));
}
foreach ($cases as $what => $case) {
    [$server, $reason, $advice] = $case;
    $url = str_replace('http:', 'https:', $server->url());
    configure(endpoint: $url);
    if ($what === 'plain http that waits') {
        // The server takes the handshake for the start of a request and waits for more.
        same($what, 'Spread\TimeoutException', outcome(spread_update_order([], [])));
        $server->stop();
        continue;
    }
    // The ledger has a row where it takes them.
    same("$what: php-curl", isset($case[3]) ? '"answered"' : false, snippet(['data' => [], 'request' => []], $url, 'shop:s3cret', $tls->ca));
    same($what, 'Spread\ConnectionException', outcome(spread_update_order(['order_idorder' => '0000001'], [])));
    $sentence = spread_last_error()?->getMessage();
    foreach (array_filter([$reason, $advice, '0000001', "127.0.0.1:{$server->port}"]) as $part) {
        contains($what, $part, $sentence);
    }
    lacks($what, 's3cret', $sentence);
    $sentences[$reason ?? $what][] = str_replace((string) $server->port, 'PORT', $sentence);
    same("$what: requests", isset($case[3]) ? 1 : 0, count($server->requests()));
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
foreach (['self_signed' => 'answer "answered"'] + (polyfill() === null ? ['self_signed_ca' => 'Spread\ConnectionException'] : []) as $kind => $expected) {
    $pem = $tls->server($kind)['local_cert'];
    $server = serve($handler, ['tls' => $tls->server($kind)]);
    configure(endpoint: $server->url(), ca_file: $pem);
    same("$kind, trusted: php-curl", '"answered"', snippet(['data' => [], 'request' => []], $server->url(), 'shop:s3cret', $pem));
    same("$kind, trusted", $expected, outcome(spread_update_order([], [])));
}
if (polyfill() === null) {
    contains('a CA as its own certificate', 'signed by a CA', spread_last_error()->getMessage());
    contains('a CA as its own certificate', 'spread.ca_file', spread_last_error()->getMessage());
}
configure(ca_file: $tls->ca);
same('a CA as its own certificate, not trusted', 'Spread\ConnectionException', outcome(spread_update_order([], [])));
echo "done\n";
?>
--EXPECT--
done
