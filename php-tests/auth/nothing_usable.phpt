--TEST--
A server that offers only unsupported schemes: the message names them, and no key is sent over http
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/digest.inc';

$tls = new Certificates();
configure(ca_file: $tls->ca, log_failures: 0, public_key: 'shop', private_key: 's3cret');
$digest = 'Digest realm="r", nonce="n", qop="auth"';
// The policy, the offered schemes, text that the message has, and text that it must not repeat.
$rows = [
    ['auto', ['Negotiate'], ['Negotiate']],
    ['auto', ['NTLM'], ['NTLM']],
    ['auto', ['negotiate', 'ntlm'], ['Negotiate', 'NTLM']],
    ['any', ['Negotiate oRQwEqADCgEBoQsGCSqGSIb3EgECAg==, NTLM TlRMTVNTUAAC'], ['Negotiate', 'NTLM']],
    ['any', ['Bearer realm="Negotiate", Newauth realm="secret words"'], ['Bearer'], ['Newauth', 'secret words', 'Negotiate']],
    ['basic', [$digest], ['Digest']],
    ['digest', ['Basic realm="r"'], ['Basic']],
    ['auto', ["$digest, algorithm=SHA-1"], ['Digest']],
];
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    foreach ($rows as $row) {
        [$policy, $offered, $named] = $row;
        $lines = preg_replace('/^/', 'WWW-Authenticate: ', $offered);
        $server = serve(static fn (): string => answer(401, $lines), $options);
        configure(endpoint: $server->url(), auth: $policy);
        $what = "$scheme, $policy, " . implode(' + ', $offered);
        same($what, 'Spread\AuthenticationException 401', outcome(spread_update_order([], [])));
        $message = spread_last_error()->getMessage();
        foreach ($named as $name) {
            contains($what, $name, $message);
        }
        foreach ([...($row[3] ?? []), 's3cret'] as $name) {
            lacks($what, $name, $message);
        }
        $first = $scheme === 'https' && in_array($policy, ['auto', 'basic'], true) ? 'Basic' : 'none';
        same($what, $first, schemes_sent($server->requests()));
        $server->stop();
    }
}
echo "done\n";
?>
--EXPECT--
done
