--TEST--
Digest challenges of every kind get the same answer as from php-curl, field by field
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

$plain = ['realm' => 'r', 'nonce' => 'n1', 'qop' => 'auth'];
$keys = ['shop', 's3cret'];
// A row: the request, and the header lines of the challenge; without lines, those of DigestServer.
$rows = [
    'MD5' => [$plain],
    'MD5, opaque' => [$plain + ['opaque' => 'o==']],
    'MD5, empty opaque' => [$plain + ['opaque' => '']],
    'MD5 by name' => [$plain + ['algorithm' => 'MD5']],
    'MD5-sess' => [$plain + ['algorithm' => 'MD5-sess']],
    'SHA-256' => [$plain + ['algorithm' => 'SHA-256']],
    'SHA-256-sess' => [$plain + ['algorithm' => 'SHA-256-sess']],
    'MD5, no qop' => [['qop' => ''] + $plain],
    'SHA-256, no qop' => [['realm' => 'r', 'nonce' => 'n1', 'algorithm' => 'SHA-256']],
    'unknown qop' => [['qop' => 'auth-conf'] + $plain],
    'qop list' => [['qop' => 'auth-int,auth'] + $plain],
    'qop list with blanks' => [['qop' => 'auth-int,  auth'] + $plain],
    'auth-int only' => [['qop' => 'auth-int'] + $plain],
    'userhash, MD5' => [$plain + ['userhash' => 'true']],
    'userhash, SHA-256-sess' => [$plain + ['algorithm' => 'SHA-256-sess', 'userhash' => 'TRUE']],
    'stale at once' => [$plain, 'Digest realm="r", nonce="n1", qop="auth", stale=true'],
    'any letter case' => [
        ['realm' => 'r', 'nonce' => 'n1', 'qop' => 'auth', 'algorithm' => 'sHa-256-SESS'],
        'dIGEST REALM="r", Nonce="n1", QOP="AUTH", ALGORITHM=sHa-256-SESS',
    ],
    'quoted algorithm' => [$plain + ['algorithm' => 'MD5'], 'Digest realm="r", nonce="n1", qop="auth", algorithm="MD5"'],
    'unquoted strings' => [$plain, 'Digest realm=r,nonce=n1,qop=auth'],
    'blanks' => [$plain, "Digest   realm=\"r\"  ,\tnonce=\"n1\" , qop=\"auth\","],
    'no commas' => [$plain, 'Digest realm="r" nonce="n1" qop="auth"'],
    'unknown parameters' => [$plain, 'Digest realm="r", domain="/a /b", nonce="n1", qop="auth", charset=UTF-8, x="y"'],
    'repeated nonce' => [$plain, 'Digest realm="r", nonce="n0", nonce="n1", qop="auth"'],
    'realm with commas' => [['realm' => 'a, Basic b, nonce=c'] + $plain],
    'realm with quotes' => [['realm' => 'the "best" \\ shop'] + $plain],
    'realm with an idle escape' => [['realm' => 'axb'] + $plain, 'Digest realm="a\\xb", nonce="n1", qop="auth"'],
    'realm in UTF-8' => [['realm' => "bout\u{ef}que \u{20ac}"] + $plain],
    'realm in Latin-1' => [['realm' => "bout\xefque"] + $plain],
    'empty realm' => [['realm' => ''] + $plain],
    'no realm' => [['realm' => ''] + $plain, 'Digest nonce="n1", qop="auth"'],
    'nonce with quotes' => [['nonce' => '"\\', 'opaque' => 'o"'] + $plain],
    'empty nonce' => [['nonce' => ''] + $plain],
    'Basic before it' => [$plain, 'Basic realm="x", Digest realm="r", nonce="n1", qop="auth"'],
    'Basic after it' => [$plain, 'Digest realm="r", nonce="n1", qop="auth", Basic realm="x"'],
    'Basic in a separate header' => [$plain, 'Basic realm="x"', 'Digest realm="r", nonce="n1", qop="auth"'],
    'Bearer before it' => [$plain, 'Bearer realm="b", scope="a b"', 'Digest realm="r", nonce="n1", qop="auth"'],
    'two algorithms, SHA-256 first' => [
        $plain + ['algorithm' => 'SHA-256'],
        'Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-256',
        'Digest realm="r", nonce="n2", qop="auth", algorithm=MD5',
    ],
    'two algorithms, MD5 first' => [
        $plain + ['algorithm' => 'MD5'],
        'Digest realm="r", nonce="n1", qop="auth", algorithm=MD5',
        'Digest realm="r", nonce="n2", qop="auth", algorithm=SHA-256',
    ],
    // Challenges that cannot be answered.
    'no nonce' => [null, 'Digest realm="r", qop="auth"'],
    'nothing but the name' => [null, 'Digest'],
    'unknown algorithm' => [null, 'Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-1'],
    'MD5-sess without qop' => [null, 'Digest realm="r", nonce="n1", algorithm=MD5-sess'],
];
configure(log_failures: 0);
foreach ([$keys, ['a "quoted" \\ key', 'p"w\\:x'], ["cl\u{e9}", "\u{20ac}"], ["\xe9", "\xff\xfe"]] as $number => [$public, $private]) {
    foreach ($rows as $name => $row) {
        $asked = array_shift($row);
        $shop = new DigestServer($public, $private, $asked ?? $plain);
        $lines = $row === [] ? [$shop->challenge()] : preg_replace('/^/', 'WWW-Authenticate: ', $row);
        $server = serve(static fn (array $request): string => $asked !== null && $shop->accepts($request, $problem)
            ? answer_json('welcome')
            : answer(401, $lines, $problem ?? ''));
        $url = $server->url('/api/update%20Order?a=b&c=%C3%A9');
        $old = snippet(['data' => ['a' => 1]], $url, "$public:$private");
        $between = count($server->requests());
        configure(endpoint: $url, public_key: $public, private_key: $private);
        $new = spread_update_order(['a' => 1], []);
        $requests = $server->requests();
        $server->stop();
        $old_sent = credentials_sent(array_slice($requests, 0, $between));
        $new_sent = credentials_sent(array_slice($requests, $between));
        if (libcurl_since('8.21') && preg_match('/[\x80-\xff]/', implode($new_sent))) {
            // The row `digest-bytes` of the ledger: this libcurl percent-encodes what it sends, and is refused.
            holds("$name, php-curl", $old !== '"welcome"');
            same("$name, answer", 'welcome', $new);
            $new_sent = preg_replace_callback('/[\x80-\xff]/', static fn (array $byte): string => rawurlencode($byte[0]), $new_sent);
        } elseif ($asked === null) {
            same("$name, php-curl", ['', 1], [$old, $between]);
            same("$name, answer", 'Spread\AuthenticationException 401', outcome($new));
        } else {
            same("$name, php-curl", ['"welcome"', 2], [$old, $between]);
            same("$name, answer", 'welcome', $new);
        }
        same("$name, what was sent", $old_sent, $new_sent);
        if ($number > 0 && $name === 'MD5') {
            break; // one row has its own keys
        }
    }
}
echo "done\n";
?>
--EXPECT--
done
