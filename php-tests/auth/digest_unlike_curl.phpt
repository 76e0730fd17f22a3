--TEST--
Challenges that spread answers and php-curl does not: spread takes the first one that it can answer
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
require __DIR__ . '/digest.inc';

$other = 'Digest realm="r", nonce="n0", qop="auth", algorithm=SHA-1';
$digest = 'Digest realm="r", nonce="n1", qop="auth"';
$rows = [
    'an unknown algorithm, then MD5' => [$other, $digest],
    'an unknown algorithm, then Basic' => [$other, 'Basic realm="r"'],
    'no nonce, then Basic' => ['Digest realm="r", qop="auth"', 'Basic realm="r"'],
    'SHA-512-256' => ['Digest realm="r", nonce="n0", qop="auth", algorithm=SHA-512-256'],
    'two algorithms in one header' => ["$digest, algorithm=MD5, Digest realm=\"r\", nonce=\"n2\", qop=\"auth\", algorithm=SHA-256"],
    'blanks around =' => ['Digest realm = "r", nonce = "n1", qop = "auth"'],
    'empty list elements' => ['Digest realm="r", , nonce="n1", qop="auth"'],
    'a blank after a qop' => ['Digest realm="r", nonce="n1", qop="auth , auth-int"'],
    'Basic inside a realm' => ['Bearer realm="a, Basic b"'],
    'NTLM beside Basic' => ['NTLM', 'Basic realm="r"'],
    'Negotiate beside Digest' => ['Negotiate oRQwEg==', $digest],
];
configure(public_key: 'shop', private_key: 's3cret', log_failures: 0);
foreach ($rows as $name => $offered) {
    $lines = preg_replace('/^/', 'WWW-Authenticate: ', $offered);
    $server = serve(static function (array $request) use ($lines): string {
        $sent = digest_fields($request);
        $accepted = $sent !== null
            ? (new DigestServer('shop', 's3cret', array_intersect_key($sent, ['realm' => 1, 'nonce' => 1, 'qop' => 1, 'algorithm' => 1])))->accepts($request)
                && strcasecmp($sent['algorithm'] ?? '', 'SHA-512-256') !== 0
            : basic_credentials($request) === 'shop:s3cret';
        return $accepted ? answer_json('ok') : answer(401, $lines);
    });
    snippet([], $server->url(), 'shop:s3cret');
    $between = count($server->requests());
    configure(endpoint: $server->url());
    $outcome = outcome(spread_update_order([], []));
    $requests = $server->requests();
    $short = static fn (array $requests): string => preg_replace('/none(, )?/', '', schemes_sent($requests)) ?: 'nothing';
    $scheme = static fn (array $request): string => (string) strtok(header_value($request, 'Authorization') ?? '', ' ');
    $old = in_array('NTLM', array_map($scheme, array_slice($requests, 0, $between)), true) ? 'NTLM' : $short(array_slice($requests, 0, $between));
    if ($name === 'NTLM beside Basic') {
        same($name, libcurl_has(CURL_VERSION_NTLM) ? 'NTLM' : 'Basic', $old);
        $old = 'NTLM if it can';
    }
    if ($name === 'Negotiate beside Digest') {
        same($name, libcurl_has(CURL_VERSION_SPNEGO) ? 'nothing' : 'Digest n1 1', $old);
        $old = 'nothing if it can negotiate';
    }
    echo "$name: php-curl $old; spread ", $short(array_slice($requests, $between)), ", $outcome\n";
    $server->stop();
}
?>
--EXPECT--
an unknown algorithm, then MD5: php-curl nothing; spread Digest n1 1, answer "ok"
an unknown algorithm, then Basic: php-curl nothing; spread Basic, answer "ok"
no nonce, then Basic: php-curl nothing; spread Basic, answer "ok"
SHA-512-256: php-curl Digest n0 1; spread nothing, Spread\AuthenticationException 401
two algorithms in one header: php-curl Digest n2 1; spread Digest n1 1, answer "ok"
blanks around =: php-curl nothing; spread Digest n1 1, answer "ok"
empty list elements: php-curl nothing; spread Digest n1 1, answer "ok"
a blank after a qop: php-curl Digest n1 1; spread Digest n1 1, answer "ok"
Basic inside a realm: php-curl Basic; spread nothing, Spread\AuthenticationException 401
NTLM beside Basic: php-curl NTLM if it can; spread Basic, answer "ok"
Negotiate beside Digest: php-curl nothing if it can negotiate; spread Digest n1 1, answer "ok"
