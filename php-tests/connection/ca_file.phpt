--TEST--
spread.ca_file, else openssl.cafile, else curl.cainfo; a file that is no CA file is a ConfigurationException
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static fn (): string => answer_json('ok'), ['tls' => $tls->server()]);
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);

$not_pem = $tls->directory . '/not.pem';
file_put_contents($not_pem, "hello\n");
$broken = $tls->directory . '/broken.pem';
file_put_contents($broken, substr_replace(file_get_contents($tls->ca), '!!!!', 100, 4));
$empty = $tls->directory . '/empty.pem';
touch($empty);
foreach ([$tls->directory . '/missing.pem', $tls->directory, $not_pem, $broken, $empty, "/nul\0byte"] as $file) {
    configure(ca_file: $file);
    $what = basename($file);
    same($what, 'Spread\ConfigurationException', outcome(spread_update_order(['order_idorder' => '0000001'], [])));
    contains($what, 'spread.ca_file', spread_last_error()->getMessage());
    same("$what is not retryable", false, spread_last_error()->isRetryable());
}
array_map('unlink', [$not_pem, $broken, $empty]);
same('requests', [], $server->requests());

// Plain http does not need the file.
$plain = serve(static fn (): string => answer_json('plain'));
configure(endpoint: $plain->url());
echo 'plain http: ', outcome(spread_update_order([], [])), "\n";

$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => 0];
$call = 'echo json_encode(spread_update_order([], [])), " ", spread_last_error() ? spread_last_error()::class : "", "\n";';
$cases = [
    'openssl.cafile' => ['openssl.cafile' => $tls->ca],
    'curl.cainfo' => ['extension' => 'curl', 'curl.cainfo' => $tls->ca],
    'openssl.cafile before curl.cainfo' => ['extension' => 'curl', 'openssl.cafile' => $tls->ca, 'curl.cainfo' => $tls->otherCa],
    'spread.ca_file before both' => ['extension' => 'curl', 'spread.ca_file' => $tls->ca, 'openssl.cafile' => $tls->otherCa, 'curl.cainfo' => $tls->otherCa],
    'the system store' => [],
];
foreach ($cases as $what => $case) {
    $result = run_php($call, $settings + $case);
    echo $what, ': ', $result['out'], $result['err'];
}
?>
--EXPECT--
plain http: answer "plain"
openssl.cafile: "ok" 
curl.cainfo: "ok" 
openssl.cafile before curl.cainfo: "ok" 
spread.ca_file before both: "ok" 
the system store: false Spread\ConnectionException
