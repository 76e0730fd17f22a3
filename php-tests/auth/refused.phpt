--TEST--
Wrong keys cause one AuthenticationException and no loop
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$handler = static fn (array $request): string => basic_credentials($request) === 'shop:right'
    ? answer_json('welcome')
    : answer(401, ['WWW-Authenticate: Basic realm="SPREAD"', 'Content-Type: application/json'], '{"error":"bad keys"}');
configure(ca_file: $tls->ca, log_failures: 0);
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    $server = serve($handler, $options);
    configure(endpoint: $server->url(), public_key: 'shop', private_key: 'wrong');
    for ($call = 1; $call <= 2; $call++) {
        $before = count($server->requests());
        echo $scheme, ': ', outcome(spread_update_order(['order_idorder' => '0000001'], [])), ', ';
        echo count($server->requests()) - $before, ' requests, ', json_encode(spread_last_error()->getResponse()), "\n";
    }
    echo spread_last_error()->getMessage(), "\n";
    configure(private_key: 'right');
    echo outcome(spread_update_order([], [])), "\n";
    same('keys that went out', ['shop:right' => true, 'shop:wrong' => true], (static function () use ($server): array {
        $seen = [];
        foreach ($server->requests() as $request) {
            if (($keys = basic_credentials($request)) !== null) {
                $seen[$keys] = true;
            }
        }
        ksort($seen);
        return $seen;
    })());
}
$forbids = serve(static fn (): string => answer(403, [], 'no'));
configure(endpoint: $forbids->url());
echo outcome(spread_update_order([], [])), ', ', count($forbids->requests()), " request\n";
?>
--EXPECT--
http: Spread\AuthenticationException 401, 2 requests, {"error":"bad keys"}
http: Spread\AuthenticationException 401, 1 requests, {"error":"bad keys"}
SPREAD refused order 0000001: HTTP 401 Unauthorized; check spread.public_key and spread.private_key
answer "welcome"
https: Spread\AuthenticationException 401, 1 requests, {"error":"bad keys"}
https: Spread\AuthenticationException 401, 1 requests, {"error":"bad keys"}
SPREAD refused order 0000001: HTTP 401 Unauthorized; check spread.public_key and spread.private_key
answer "welcome"
Spread\AuthenticationException 403, 1 request
