--TEST--
Keys are sent byte for byte, without line ends after them; a public key with a colon and any key with a control character are refused before anything is sent
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static fn (array $request): string => answer_json(bin2hex(basic_credentials($request))), ['tls' => $tls->server()]);
configure(endpoint: $server->url(), ca_file: $tls->ca, log_failures: 0);

$pairs = [['shop', 'a:b:c'], ['shop', ':'], ["b\u{e2}timent", "cl\u{e9}\u{1f511}"], ["caf\xe9", "\xff\xfe"], ['a b', ' s p '], ['x', str_repeat('k', 4000)], ['0', '0'], ['%41', '"\'\\']];
foreach ($pairs as [$public, $private]) {
    configure(public_key: $public, private_key: $private);
    same("$public and $private", bin2hex("$public:$private"), spread_update_order([], []));
}
// A file's last line end is no part of a key, wherever the key comes from.
foreach (["\n", "\r\n", "\n\n"] as $end) {
    configure(public_key: "shop$end", private_key: "s3cret$end");
    same('line ends in settings', bin2hex('shop:s3cret'), spread_update_order([], []));
    $options = ['endpoint' => $server->url(), 'ca_file' => $tls->ca];
    same('line ends of a client', bin2hex('shop:s3cret'), (new Spread\Client("shop$end", "s3cret$end", $options))->updateOrder([], []));
    $call = 'echo spread_update_order([], []);';
    $settings = ['spread.endpoint' => $server->url(), 'spread.ca_file' => $tls->ca];
    $environment = ['SPREAD_PUBLIC_KEY' => "shop$end", 'SPREAD_PRIVATE_KEY' => "s3cret$end"];
    same('line ends in the environment', bin2hex('shop:s3cret'), run_php($call, $settings, $environment)['out']);
}
$sent = count($server->requests());
foreach (["s3\ncret", "\ns3cret", "s3cret\t", "s3\x1bcret"] as $key) {
    foreach (['public_key' => 'private_key', 'private_key' => 'public_key'] as $name => $other) {
        configure(...[$name => $key, $other => 'good']);
        same('a control character', 'Spread\ConfigurationException', outcome(spread_update_order([], [])));
        contains('message', polyfill() === null ? "spread.$name" : 'SPREAD_' . strtoupper($name), spread_last_error()->getMessage());
        $environment = ['SPREAD_' . strtoupper($name) => $key, 'SPREAD_' . strtoupper($other) => 'good'];
        $message = run_php('spread_update_order([], []); echo spread_last_error()?->getMessage();', ['spread.log_failures' => 0], $environment)['out'];
        contains('message', 'SPREAD_' . strtoupper($name), $message);
        lacks('message', 's3', $message);
    }
}
foreach (['sh:op', ':', 'shop:'] as $public) {
    configure(public_key: $public, private_key: 's3cret');
    echo outcome(spread_update_order([], [])), "\n";
    contains('message', polyfill() === null ? 'spread.public_key' : 'SPREAD_PUBLIC_KEY', spread_last_error()->getMessage());
}
same('requests', $sent, count($server->requests()));
?>
--EXPECT--
Spread\ConfigurationException
Spread\ConfigurationException
Spread\ConfigurationException
