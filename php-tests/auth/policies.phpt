--TEST--
spread.auth: which schemes are sent at once, after a challenge, and never
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/digest.inc';

$tls = new Certificates();
configure(ca_file: $tls->ca, log_failures: 0, public_key: 'shop', private_key: 's3cret');
$shop = new DigestServer('shop', 's3cret', ['realm' => 'r', 'nonce' => 'n', 'qop' => 'auth']);
$basic = 'WWW-Authenticate: Basic realm="r"';
$offers = ['Basic' => [$basic], 'Digest' => [$shop->challenge()], 'both' => [$basic, $shop->challenge()], 'none' => []];
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    foreach (['auto', 'any', 'basic', 'digest'] as $policy) {
        foreach ($offers as $offer => $lines) {
            $server = serve(static function (array $request) use ($offer, $lines, $shop): string {
                $known = match ($offer) {
                    'Basic' => basic_credentials($request) === 'shop:s3cret',
                    'Digest' => $shop->accepts($request),
                    'both' => basic_credentials($request) === 'shop:s3cret' || $shop->accepts($request),
                    'none' => true,
                };
                return $known ? answer_json('ok') : answer(401, $lines);
            }, $options);
            configure(endpoint: $server->url(), auth: $policy);
            $outcomes = [outcome(spread_update_order([], [])), outcome(spread_update_order([], []))];
            $outcomes = array_unique(str_replace(['Spread\AuthenticationException', 'answer "ok"'], ['refused', 'ok'], $outcomes));
            echo str_pad("$scheme $policy", 12), ' ', str_pad($offer, 6), ' ', implode(' then ', $outcomes), ': ', schemes_sent($server->requests()), "\n";
            $server->stop();
        }
    }
}
?>
--EXPECT--
http auto    Basic  ok: none, Basic, Basic
http auto    Digest ok: none, Digest n 1, Digest n 2
http auto    both   ok: none, Digest n 1, Digest n 2
http auto    none   ok: none, none
http any     Basic  ok: none, Basic, Basic
http any     Digest ok: none, Digest n 1, Digest n 2
http any     both   ok: none, Digest n 1, Digest n 2
http any     none   ok: none, none
http basic   Basic  ok: none, Basic, Basic
http basic   Digest refused 401: none, none
http basic   both   ok: none, Basic, Basic
http basic   none   ok: none, none
http digest  Basic  refused 401: none, none
http digest  Digest ok: none, Digest n 1, Digest n 2
http digest  both   ok: none, Digest n 1, Digest n 2
http digest  none   ok: none, none
https auto   Basic  ok: Basic, Basic
https auto   Digest ok: Basic, Digest n 1, Digest n 2
https auto   both   ok: Basic, Basic
https auto   none   ok: Basic, Basic
https any    Basic  ok: none, Basic, Basic
https any    Digest ok: none, Digest n 1, Digest n 2
https any    both   ok: none, Digest n 1, Digest n 2
https any    none   ok: none, none
https basic  Basic  ok: Basic, Basic
https basic  Digest refused 401: Basic, Basic
https basic  both   ok: Basic, Basic
https basic  none   ok: Basic, Basic
https digest Basic  refused 401: none, none
https digest Digest ok: none, Digest n 1, Digest n 2
https digest both   ok: none, Digest n 1, Digest n 2
https digest none   ok: none, none
