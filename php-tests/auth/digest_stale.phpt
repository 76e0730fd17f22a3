--TEST--
An expired nonce costs one round trip; a server that calls every nonce stale fails the call
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/digest.inc';

/** A server that accepts each nonce this many times and then refuses it with these further parameters. */
function expiring(int $uses, string ...$refusal): Server
{
    $generation = 1;
    $used = 0;
    return serve(static function (array $request) use (&$generation, &$used, $uses, $refusal): string {
        $ask = static function (string ...$more) use (&$generation): string {
            $shop = new DigestServer('shop', 's3cret', ['realm' => 'r', 'nonce' => "n$generation", 'qop' => 'auth']);
            return answer(401, [$shop->challenge(...$more)]);
        };
        $sent = digest_fields($request);
        if ($sent === null) {
            return $ask();
        }
        $shop = new DigestServer('shop', 's3cret', ['realm' => 'r', 'nonce' => $sent['nonce'], 'qop' => 'auth']);
        if (!$shop->accepts($request)) {
            return $ask();
        }
        if ($sent['nonce'] !== "n$generation" || $used === $uses) {
            if ($sent['nonce'] === "n$generation") {
                $generation++;
                $used = 0;
            }
            return $ask(...$refusal);
        }
        $used++;
        return answer_json('ok');
    }, ['sequential' => true]);
}

configure(public_key: 'shop', private_key: 's3cret', log_failures: 0);
foreach (['said to be stale' => ['stale' => 'true'], 'not said to be' => []] as $how => $refusal) {
    $server = expiring(2, ...$refusal);
    configure(endpoint: $server->url());
    for ($order = 1; $order <= 5; $order++) {
        same("$how, order $order", 'ok', spread_update_order(['n' => $order], []));
    }
    echo "$how: ", schemes_sent($server->requests()), "\n";
}

echo "good for one request only\n";
$server = expiring(1, stale: 'true');
configure(endpoint: $server->url());
for ($order = 1; $order <= 3; $order++) {
    same("order $order", 'ok', spread_update_order(['n' => $order], []));
}
echo schemes_sent($server->requests()), "\n";

echo "stale before its first use, once\n";
$stale_once = static function (): Server {
    $number = 0;
    return serve(static function (array $request) use (&$number): string {
        $nonce = digest_fields($request)['nonce'] ?? null;
        if ($nonce === 'n2') {
            return answer_json('ok');
        }
        $number++;
        return answer(401, ["WWW-Authenticate: Digest realm=\"r\", nonce=\"n$number\", qop=\"auth\"" . ($nonce === null ? '' : ', stale=true')]);
    }, ['sequential' => true]);
};
$server = $stale_once();
same('php-curl', '"ok"', snippet([], $server->url(), 'shop:s3cret'));
$by_curl = schemes_sent($server->requests());
$server = $stale_once();
configure(endpoint: $server->url());
same('as php-curl', 'ok', spread_update_order([], []));
same('as php-curl', $by_curl, schemes_sent($server->requests()));
echo $by_curl, "\n";

echo "always stale\n";
$number = 0;
$server = serve(static function () use (&$number): string {
    $number++;
    return answer(401, ["WWW-Authenticate: Digest realm=\"r\", nonce=\"n$number\", qop=\"auth\", stale=true"]);
}, ['sequential' => true]);
configure(endpoint: $server->url());
for ($call = 1; $call <= 2; $call++) {
    $before = count($server->requests());
    echo outcome(spread_update_order([], [])), ': ', schemes_sent(array_slice($server->requests(), $before)), "\n";
}
?>
--EXPECT--
said to be stale: none, Digest n1 1, Digest n1 2, Digest n1 3, Digest n2 1, Digest n2 2, Digest n2 3, Digest n3 1
not said to be: none, Digest n1 1, Digest n1 2, Digest n1 3, Digest n2 1, Digest n2 2, Digest n2 3, Digest n3 1
good for one request only
none, Digest n1 1, Digest n1 2, Digest n2 1, Digest n2 2, Digest n3 1
stale before its first use, once
none, Digest n1 1, Digest n2 1
always stale
Spread\AuthenticationException 401: none, Digest n1 1, Digest n2 1
Spread\AuthenticationException 401: Digest n2 2, Digest n4 1, Digest n5 1
