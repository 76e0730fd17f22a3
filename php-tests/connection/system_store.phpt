--TEST--
Without a CA file spread trusts the system's store, or the one that SSL_CERT_FILE or SSL_CERT_DIR names
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static fn (): string => answer_json('answered'), ['tls' => $tls->server()]);
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => 0];
$call = 'echo json_encode(spread_update_order([], [])), " ", spread_last_error() ? spread_last_error()->getMessage() : "";';
$directory = $tls->directory . '/store';
mkdir($directory);
copy($tls->ca, "$directory/" . openssl_x509_parse(file_get_contents($tls->ca))['hash'] . '.0');
$nowhere = $tls->directory . '/nowhere';
$cases = [
    'the system\'s' => [['SSL_CERT_FILE' => null, 'SSL_CERT_DIR' => null], [], false],
    'SSL_CERT_FILE' => [['SSL_CERT_FILE' => $tls->ca], [], true],
    'SSL_CERT_FILE with another CA' => [['SSL_CERT_FILE' => $tls->otherCa], [], false],
    'SSL_CERT_DIR' => [['SSL_CERT_FILE' => null, 'SSL_CERT_DIR' => $directory], [], true],
    'SSL_CERT_DIR beside a bundle of others' => [['SSL_CERT_FILE' => $tls->otherCa, 'SSL_CERT_DIR' => $directory], [], true],
    'SSL_CERT_DIR beside no bundle' => [['SSL_CERT_FILE' => $nowhere, 'SSL_CERT_DIR' => $directory], [], true],
    'no SSL_CERT_DIR beside a bundle' => [['SSL_CERT_FILE' => $tls->ca, 'SSL_CERT_DIR' => $nowhere], [], true],
    'openssl.cafile before SSL_CERT_FILE' => [['SSL_CERT_FILE' => $tls->otherCa], ['openssl.cafile' => $tls->ca], true],
    'openssl.cafile with another CA before SSL_CERT_FILE' => [['SSL_CERT_FILE' => $tls->ca], ['openssl.cafile' => $tls->otherCa], false],
    'spread.ca_file before SSL_CERT_FILE' => [['SSL_CERT_FILE' => $tls->otherCa], ['spread.ca_file' => $tls->ca], true],
];
foreach ($cases as $what => [$environment, $more, $trusted]) {
    $result = run_php($call, $settings + $more, $environment);
    same("$what: trusted", $trusted, str_starts_with($result['out'], '"answered"'));
    if (!$trusted) {
        contains($what, 'unknown authority', $result['out'] . $result['err']);
    }
}
// php-curl does not use these variables: a row of the ledger.
$snippet = 'require ' . var_export(__DIR__ . '/../support/bootstrap.php', true) . '; var_dump(snippet(["data" => [], "request" => []], getenv("SERVER_URL"), "shop:s3cret"));';
$result = run_php($snippet, ['extension' => 'curl'], ['SSL_CERT_FILE' => $tls->ca, 'SERVER_URL' => $server->url()]);
same('php-curl with SSL_CERT_FILE', 'bool(false)', trim($result['out'] . $result['err']));

// An empty store is an error before anything is sent.
$result = run_php($call, $settings, ['SSL_CERT_FILE' => $nowhere, 'SSL_CERT_DIR' => $nowhere]);
contains('an empty store', 'ca-certificates', $result['out'] . $result['err']);
unlink("$directory/" . basename(glob("$directory/*")[0]));
rmdir($directory);
echo "done\n";
?>
--EXPECT--
done
