--TEST--
A CA that only the directory of the system's store holds, beside a usable bundle: php-curl trusts it, spread needs spread.ca_file
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('root', 'unshare', 'mount');
if (!is_file('/etc/ssl/certs/ca-certificates.crt')) {
    die('skip the system has no bundle');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static fn (): string => answer_json('answered'), ['tls' => $tls->server()]);
// A copy of the system's store with one more CA, in the directory alone. It is mounted in a namespace of the
// process that looks at it, and seen by no other.
$store = $tls->directory . '/store';
mkdir($store);
copy('/etc/ssl/certs/ca-certificates.crt', "$store/ca-certificates.crt");
copy($tls->ca, "$store/" . openssl_x509_parse(file_get_contents($tls->ca))['hash'] . '.0');
$run = static function (string $code, array $settings) use ($server, $store): string {
    $mounted = [program('unshare'), '--mount', '/bin/sh', '-c', 'mount --bind "$0" /etc/ssl/certs && exec "$@"', $store];
    $environment = ['SSL_CERT_FILE' => null, 'SSL_CERT_DIR' => null, 'SERVER_URL' => $server->url()];
    $result = run([...$mounted, ...php_command($settings, '-r', $code)], $environment);
    return trim($result['out'] . $result['err']);
};

$snippet = 'require ' . var_export(__DIR__ . '/../support/bootstrap.php', true) . '; echo snippet(["data" => [], "request" => []], getenv("SERVER_URL"), "shop:s3cret");';
same('php-curl', '"answered"', $run($snippet, ['extension' => 'curl']));

$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => 0];
$call = 'echo json_encode(spread_update_order([], [])), " ", spread_last_error() ? spread_last_error()->getMessage() : "";';
contains('spread', 'unknown authority', $run($call, $settings));
same('spread with spread.ca_file', '"answered"', $run($call, $settings + ['spread.ca_file' => $tls->ca]));

// Without a usable bundle the directory is the store.
file_put_contents("$store/ca-certificates.crt", '');
same('spread without a bundle', '"answered"', $run($call, $settings));
array_map(unlink(...), glob("$store/*"));
rmdir($store);
echo "done\n";
?>
--EXPECT--
done
