--TEST--
A Digest nonce is reused for later orders: one request each, with an increasing nc, over http and https
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/digest.inc';

$tls = new Certificates();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca);
foreach (['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess'] as $algorithm) {
    foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
        $shop = new DigestServer('shop', 's3cret', ['realm' => 'r', 'nonce' => 'n', 'qop' => 'auth', 'algorithm' => $algorithm]);
        $server = serve(static fn (array $request): string => $shop->accepts($request, $problem)
            ? answer_json($request['body'])
            : answer(401, [$shop->challenge(), 'WWW-Authenticate: Basic realm="r"'], $problem), $options);
        configure(endpoint: $server->url('/one?a=b'));
        for ($order = 1; $order <= 10; $order++) {
            same("$algorithm, order $order", "data%5Bn%5D=$order", spread_update_order(['n' => $order], []));
        }
        configure(endpoint: $server->url('/two'));
        same("$algorithm, another path", 'data%5Bn%5D=11', spread_update_order(['n' => 11], []));

        $requests = $server->requests();
        $answers = array_filter(array_map('digest_fields', $requests));
        echo "$algorithm, $scheme: ", schemes_sent(array_slice($requests, 0, 3)), ', …, ', schemes_sent(array_slice($requests, -1)), "\n";
        same('nc', array_map(static fn (int $n): string => sprintf('%08x', $n), range(1, 11)), array_column($answers, 'nc'));
        // The session key of -sess is derived from the first nonce: servers differ in which one they use.
        same('one cnonce for one nonce', 1, count(array_unique(array_column($answers, 'cnonce'))));
        same('it is long enough', true, strlen(reset($answers)['cnonce']) >= 16);
        same('connections', polyfill() === null ? 1 : 11, $server->connections());
        $server->stop();
    }
}
echo "without qop there is nothing to count\n";
$shop = new DigestServer('shop', 's3cret', ['realm' => 'r', 'nonce' => 'n']);
$server = serve(static fn (array $request): string => $shop->accepts($request) ? answer_json('ok') : answer(401, [$shop->challenge()]));
configure(endpoint: $server->url());
for ($order = 1; $order <= 3; $order++) {
    spread_update_order(['n' => $order], []);
}
echo schemes_sent($server->requests()), "\n";

echo "two origins count for themselves\n";
$servers = [];
for ($number = 0; $number < 2; $number++) {
    $shop = new DigestServer('shop', 's3cret', ['realm' => 'r', 'nonce' => "n$number", 'qop' => 'auth']);
    $servers[] = serve(static fn (array $request): string => $shop->accepts($request) ? answer_json('ok') : answer(401, [$shop->challenge()]));
}
for ($order = 0; $order < 6; $order++) {
    configure(endpoint: $servers[$order % 2]->url());
    spread_update_order(['n' => $order], []);
}
echo schemes_sent($servers[0]->requests()), "\n", schemes_sent($servers[1]->requests()), "\n";

echo "and so do two sets of keys\n";
$shops = [];
foreach (['shop', 'other'] as $user) {
    $shops[] = new DigestServer($user, 's3cret', ['realm' => 'r', 'nonce' => 'n', 'qop' => 'auth']);
}
$server = serve(static fn (array $request): string => $shops[0]->accepts($request) || $shops[1]->accepts($request)
    ? answer_json('ok')
    : answer(401, [$shops[0]->challenge()]));
configure(endpoint: $server->url());
foreach (['shop', 'other', 'shop', 'other'] as $user) {
    configure(public_key: $user);
    same($user, 'ok', spread_update_order([], []));
}
echo schemes_sent($server->requests()), "\n";
?>
--EXPECT--
MD5, http: none, Digest n 1, Digest n 2, …, Digest n b
MD5, https: Basic, Digest n 1, Digest n 2, …, Digest n b
MD5-sess, http: none, Digest n 1, Digest n 2, …, Digest n b
MD5-sess, https: Basic, Digest n 1, Digest n 2, …, Digest n b
SHA-256, http: none, Digest n 1, Digest n 2, …, Digest n b
SHA-256, https: Basic, Digest n 1, Digest n 2, …, Digest n b
SHA-256-sess, http: none, Digest n 1, Digest n 2, …, Digest n b
SHA-256-sess, https: Basic, Digest n 1, Digest n 2, …, Digest n b
without qop there is nothing to count
none, Digest n, Digest n, Digest n
two origins count for themselves
none, Digest n0 1, Digest n0 2, Digest n0 3
none, Digest n1 1, Digest n1 2, Digest n1 3
and so do two sets of keys
none, Digest n 1, none, Digest n 1, Digest n 2, Digest n 2
