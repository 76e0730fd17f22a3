--TEST--
Keys are sent byte for byte; a public key with a colon is refused before anything is sent
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
$sent = count($server->requests());
foreach (['sh:op', ':', 'shop:'] as $public) {
    configure(public_key: $public, private_key: 's3cret');
    echo outcome(spread_update_order([], [])), "\n";
    contains('message', 'spread.public_key', spread_last_error()->getMessage());
}
same('requests', $sent, count($server->requests()));
?>
--EXPECT--
Spread\ConfigurationException
Spread\ConfigurationException
Spread\ConfigurationException
