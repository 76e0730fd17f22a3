--TEST--
Basic is recognized in any form of challenge: any letter case, among other schemes, in one header or several
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$offers = [
    ['WWW-Authenticate: Basic realm="SPREAD"'],
    ['www-authenticate: basic realm=SPREAD'],
    ['WWW-AUTHENTICATE: BASIC REALM="a, b"'],
    ['WWW-Authenticate: Basic'],
    ['WWW-Authenticate: Basic realm="SPREAD", charset="UTF-8"'],
    ["WWW-Authenticate: Basic realm=\"\u{e9}t\u{e9}\""],
    ["WWW-Authenticate: Basic realm=\"caf\xe9\""],
    ['WWW-Authenticate: Bearer realm="x", Basic realm="SPREAD"'],
    ['WWW-Authenticate: Negotiate, Basic realm="SPREAD"'],
    ['WWW-Authenticate: Negotiate', 'WWW-Authenticate: Basic realm="SPREAD"'],
    ['WWW-Authenticate: Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple"'],
];
foreach ($offers as $number => $headers) {
    $server = serve(static fn (array $request): string => basic_credentials($request) === null
        ? answer(401, $headers)
        : answer_json(basic_credentials($request)));
    configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);
    same(implode(' + ', $headers), 'shop:s3cret', spread_update_order([], []));
    same(implode(' + ', $headers), 2, count($server->requests()));
    $server->stop();
}
// Challenges that cannot be answered.
foreach ([[], ['WWW-Authenticate: Bearer'], ['WWW-Authenticate: '], ['WWW-Authenticate: Bearer realm="Basic"'], ['Proxy-Authenticate: Basic realm="x"']] as $headers) {
    $server = serve(static fn (array $request): string => answer(401, $headers));
    configure(endpoint: $server->url());
    same(implode(' + ', $headers), 'Spread\AuthenticationException 401', outcome(spread_update_order([], [])));
    same(implode(' + ', $headers), 1, count($server->requests()));
    $server->stop();
}
echo "done\n";
?>
--EXPECT--
done
