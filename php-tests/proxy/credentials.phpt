--TEST--
A proxy's user and password are sent to the proxy alone; without them, or with wrong ones, spread fails as the snippet does
--EXTENSIONS--
curl
--SKIPIF--
<?php if (!exec('command -v tinyproxy')) die('skip tinyproxy is not installed');
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$handler = static fn (array $request): string => basic_credentials($request) === 'shop:s3cret'
    ? answer_json('arrived')
    : answer(401, ['WWW-Authenticate: Basic realm="SPREAD"']);
$servers = ['http' => serve(closing_when_asked($handler)), 'https' => serve($handler, ['tls' => $tls->server()])];
$proxy = new Tinyproxy('BasicAuth gate.keeper 0pen-sesame');
$order = ['data' => ['order_idorder' => '0000001'], 'request' => []];
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);

$cases = [
    'right' => 'gate.keeper:0pen-sesame@', 'right, encoded' => 'gate%2ekeeper:%30pen%2Dsesame@', 'none' => '',
    'wrong' => 'gate.keeper:wr0ng@', 'no password' => 'gate.keeper@', 'no user' => ':0pen-sesame@',
];
foreach ($servers as $scheme => $server) {
    configure(endpoint: $server->url());
    foreach ($cases as $what => $credentials) {
        proxy_environment(all_proxy: $proxy->url($credentials));
        $old = snippet($order, $server->url(), 'shop:s3cret', $tls->ca);
        proxy_environment();
        configure(proxy: $proxy->url($credentials));
        $answer = spread_update_order($order['data'], $order['request']);
        $outcome = outcome($answer);
        $error = spread_last_error();
        if ($error === null) {
            same("$scheme, $what", json_decode((string) $old), $answer);
        } else {
            same("$scheme, $what: the snippet's answer", null, json_decode((string) $old));
            if ($scheme === 'http') {
                // tinyproxy closes the connection with unread data: its answer may get lost.
                $outcome = 'refused';
            }
            lacks("$scheme, $what", 'wr0ng', $error->getMessage());
            lacks("$scheme, $what", '0pen-sesame', $error->getMessage());
            lacks("$scheme, $what", 'gate', $error->getMessage());
            lacks("$scheme, $what", 's3cret', "$error");
            if ($scheme === 'https') {
                contains("$scheme, $what", "proxy 127.0.0.1:{$proxy->port}", $error->getMessage());
                contains("$scheme, $what", 'spread.proxy', $error->getMessage());
            }
        }
        echo "$scheme, $what: $outcome\n";
    }
    foreach ($server->requests() as $request) {
        same("$scheme: a header for the proxy", [], header_values($request, 'Proxy-Authorization'));
    }
}

// The same, as the proxy sees it: the keys stay inside the tunnel.
$scripted = serve(static fn (array $request): string => $request['method'] === 'CONNECT'
    ? answer(502, ['Connection: close'])
    : answer_json('the proxy itself'));
foreach ($servers as $scheme => $server) {
    configure(endpoint: $server->url(), proxy: str_replace('http://', 'http://us%3Aer:p%C3%A4ss%20w%40rd@', $scripted->url('')));
    echo "$scheme: ", outcome(spread_update_order($order['data'], $order['request'])), "\n";
}
foreach ($scripted->requests() as $request) {
    echo $request['method'], ' ', strtr($request['path'], [$servers['http']->port => 'PORT', $servers['https']->port => 'PORT']), "\n";
    same('credentials', ['Basic ' . base64_encode('us:er:päss w@rd')], header_values($request, 'Proxy-Authorization'));
    same('keys', [], header_values($request, 'Authorization'));
    same('body', $request['method'] === 'CONNECT' ? '' : http_build_query($order), $request['body']);
    $lines = array_column($request['headers'], 0);
    sort($lines, SORT_FLAG_CASE | SORT_STRING);
    echo '  ', strtolower(implode(', ', $lines)), "\n";
}

// Without a tunnel, the proxy's response is the answer.
$asks = serve(static fn (): string => answer(407, ['Proxy-Authenticate: Basic realm="gate"'], 'who are you?'));
configure(endpoint: $servers['http']->url());
foreach (['', 'gate.keeper:wr0ng@'] as $credentials) {
    $url = str_replace('http://', "http://$credentials", $asks->url(''));
    proxy_environment(http_proxy: $url);
    same('the snippet', 'who are you?', snippet($order, $servers['http']->url(), 'shop:s3cret'));
    proxy_environment();
    configure(proxy: $url);
    echo '407: ', outcome(spread_update_order($order['data'], $order['request'])), "\n";
    lacks('407', 'wr0ng', spread_last_error()->getMessage());
    contains('407', 'proxy', spread_last_error()->getMessage());
    echo count($asks->requests()), " requests\n";
}

// Different credentials share no connection: a tunnel opened with the right ones is not reused with wrong ones.
configure(endpoint: $servers['https']->url());
foreach (['right', 'none', 'right', 'wrong'] as $what) {
    configure(proxy: $proxy->url($cases[$what]));
    echo "$what: ", outcome(spread_update_order($order['data'], $order['request'])), "\n";
}
?>
--EXPECT--
http, right: answer "arrived"
http, right, encoded: answer "arrived"
http, none: refused
http, wrong: refused
http, no password: refused
http, no user: refused
https, right: answer "arrived"
https, right, encoded: answer "arrived"
https, none: Spread\ConnectionException
https, wrong: Spread\ConnectionException
https, no password: Spread\ConnectionException
https, no user: Spread\ConnectionException
http: answer "the proxy itself"
https: Spread\ConnectionException
POST http://127.0.0.1:PORT/api/updateOrder
  accept, content-length, content-type, host, proxy-authorization, user-agent
CONNECT 127.0.0.1:PORT
  host, proxy-authorization, user-agent
407: Spread\ResponseException 407
2 requests
407: Spread\ResponseException 407
4 requests
right: answer "arrived"
none: Spread\ConnectionException
right: answer "arrived"
wrong: Spread\ConnectionException
