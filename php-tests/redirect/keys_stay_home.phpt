--TEST--
Keys are sent only to the endpoint's origin: not to another scheme, host or port, however often it asks
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

/** Whether anything in this head derives from the keys. */
function shows_keys(array $request): bool
{
    return preg_match('/^(Proxy-)?Authorization:|shop|s3cret|' . preg_quote(base64_encode('shop:s3cret'), '/') . '/im', $request['head']) === 1;
}

$tls = new Certificates();
$secure = ['tls' => $tls->server()];
$challenges = ['WWW-Authenticate: Basic realm="SPREAD"', 'WWW-Authenticate: Digest realm="SPREAD", nonce="n", qop="auth"'];
// The endpoint asks for keys, redirects the order to another origin, and asks again when it is redirected back.
$home = static fn (string $away): Closure => static function (array $request) use ($away, $challenges): string {
    return match (true) {
        header_value($request, 'Authorization') === null => answer(401, $challenges),
        $request['path'] === '/back' => answer_json('delivered'),
        default => answer(307, ["Location: $away"]),
    };
};
configure(private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);
$number = 0;
foreach (['auto', 'any', 'basic', 'digest'] as $auth) {
    foreach (['port', 'port over https', 'host', 'scheme'] as $what) {
        foreach (['takes the order', 'asks for keys', 'sends it back'] as $then) {
            [$listener, $other] = [listen(), listen()];
            [$home_scheme, $away_scheme] = match ($what) {
                'port', 'host' => ['http', 'http'],
                'port over https' => ['https', 'https'],
                'scheme' => ['http', 'https'],
            };
            $away_host = $what === 'host' ? 'localhost' : '127.0.0.1';
            $there = "$away_scheme://$away_host:" . port_of($other) . '/away';
            $back = "$home_scheme://127.0.0.1:" . port_of($listener) . '/back';
            $server = serve($home($there), ['listener' => $listener] + ($home_scheme === 'https' ? $secure : []));
            $away = serve(static fn (): string => match ($then) {
                'takes the order' => answer_json('delivered'),
                'asks for keys' => answer(401, $challenges),
                'sends it back' => answer(307, ["Location: $back"]),
            }, ['listener' => $other] + ($away_scheme === 'https' ? $secure : []));
            fclose($listener);
            fclose($other);
            configure(endpoint: $server->url(), auth: $auth, public_key: 'shop' . ++$number);
            foreach ([1, 2] as $order) {
                $outcome = outcome(spread_update_order(['order_idorder' => "order $order"], []));
                $where = "$auth, another $what that $then, order $order";
                $expected = match (true) {
                    // Redirects from https to http are refused.
                    $then === 'sends it back' && $what === 'scheme' => 'Spread\ConnectionException',
                    $then === 'asks for keys' => 'Spread\AuthenticationException 401',
                    $then === 'takes the order' => 'Spread\ResponseException 200',
                    default => 'answer "delivered"',
                };
                same($where, $expected, $outcome);
                same("$where: requests elsewhere", $order, count($away->requests()));
            }
            foreach ($away->requests() as $request) {
                holds("$auth, another $what that $then: no keys", !shows_keys($request), $request['head']);
                contains("$auth, another $what that $then: the order", 'order_idorder', $request['body']);
            }
            $server->stop();
            $away->stop();
        }
    }
}
// The same address and port with another host name is another origin.
$server = serve(static fn (array $request): string => $request['path'] === '/b' ? answer(401, $challenges) : answer(302, ['Location: http://localhost:' . explode(':', header_value($request, 'Host'))[1] . '/b']));
configure(endpoint: $server->url(), auth: 'any');
same('another name', 'Spread\AuthenticationException 401', outcome(spread_update_order([], [])));
same('another name: requests', 2, count($server->requests()));
holds('another name: no keys', !shows_keys($server->requests()[1]));
echo "done\n";
?>
--EXPECT--
done
