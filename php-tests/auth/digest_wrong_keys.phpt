--TEST--
Wrong keys with Digest: one AuthenticationException, no loop, and the right keys work afterwards
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/digest.inc';

$tls = new Certificates();
configure(ca_file: $tls->ca, log_failures: 0, public_key: 'shop');
$handler = static function (array $request): string {
    static $number = 0; // per connection: each key pair has its own
    $nonce = digest_fields($request)['nonce'] ?? 'none';
    $shop = new DigestServer('shop', 'right', ['realm' => 'r', 'nonce' => $nonce, 'qop' => 'auth']);
    if ($shop->accepts($request)) {
        return answer_json('welcome');
    }
    $number++;
    $shop = new DigestServer('shop', 'right', ['realm' => 'r', 'nonce' => "n{$request['connection']}-$number", 'qop' => 'auth']);
    return answer(401, [$shop->challenge(), 'WWW-Authenticate: Basic realm="r"', 'Content-Type: application/json'], '{"error":"bad keys"}');
};
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    $server = serve($handler, $options);
    configure(endpoint: $server->url());
    foreach (['wrong', 'wrong', 'right', 'right'] as $private) {
        configure(private_key: $private);
        $before = count($server->requests());
        $outcome = outcome(spread_update_order(['order_idorder' => '0000001'], []));
        echo "$scheme, $private: $outcome, ", schemes_sent(array_slice($server->requests(), $before)), "\n";
        if ($private === 'wrong') {
            same('answer', ['error' => 'bad keys'], spread_last_error()->getResponse());
            lacks('message', 'wrong', spread_last_error()->getMessage());
        }
    }
    $server->stop();
}
echo "keys that were right until now\n";
$server = serve(static function (array $request): string {
    // The server refuses these keys after the third order.
    $shop = new DigestServer('shop', 'right', ['realm' => 'r', 'nonce' => 'n', 'qop' => 'auth']);
    return $shop->accepts($request) && digest_fields($request)['nc'] <= '00000003'
        && $request['body'] !== 'data%5Bn%5D=4'
        ? answer_json('welcome')
        : answer(401, [$shop->challenge()]);
});
configure(endpoint: $server->url());
foreach ([1, 2, 3, 4] as $order) {
    $before = count($server->requests());
    echo outcome(spread_update_order(['n' => $order], [])), ', ', schemes_sent(array_slice($server->requests(), $before)), "\n";
}
?>
--EXPECT--
http, wrong: Spread\AuthenticationException 401, none, Digest n1-1 1
http, wrong: Spread\AuthenticationException 401, Digest n1-1 2, Digest n1-3 1
http, right: answer "welcome", none, Digest n2-1 1
http, right: answer "welcome", Digest n2-1 2
https, wrong: Spread\AuthenticationException 401, Basic, Digest n1-1 1
https, wrong: Spread\AuthenticationException 401, Digest n1-1 2, Digest n1-3 1
https, right: answer "welcome", Basic, Digest n2-1 1
https, right: answer "welcome", Digest n2-1 2
keys that were right until now
answer "welcome", none, Digest n 1
answer "welcome", Digest n 2
answer "welcome", Digest n 3
Spread\AuthenticationException 401, Digest n 4, Digest n 1
