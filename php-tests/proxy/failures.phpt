--TEST--
A proxy that is unreachable, refuses or is invalid causes a failure that names it, never a direct connection
--EXTENSIONS--
curl
--SKIPIF--
<?php if (!exec('command -v tinyproxy')) die('skip tinyproxy is not installed');
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$handler = static fn (): string => answer_json('arrived');
$servers = ['http' => serve(closing_when_asked($handler)), 'https' => serve($handler, ['tls' => $tls->server()])];
$order = ['data' => ['order_idorder' => '0000001'], 'request' => []];
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0, connect_timeout: 1, timeout: 3);

$closed = free_port();
$strict = new Tinyproxy('ConnectPort 1');
// Responses of other servers, no response, and a closed connection.
$not_http = serve_connections(static function (Connection $connection): void {
    $connection->head();
    $connection->write("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    $connection->close();
});
$silent = serve_connections(static fn (Connection $connection) => $connection->waitForClose());
$hangs_up = serve_connections(static function (Connection $connection): void {
    $connection->head();
    $connection->close();
});
$proxies = [
    'not running' => $closed, 'refuses the port' => $strict->port, 'not HTTP' => $not_http->port, 'silent' => $silent->port, 'hangs up' => $hangs_up->port,
];
foreach ($proxies as $what => $port) {
    proxy_environment(https_proxy: "http://gate:0pen-sesame@127.0.0.1:$port");
    configure(endpoint: $servers['https']->url());
    $start = hrtime(true);
    echo "https, $what: ", outcome(spread_update_order($order['data'], $order['request'])), "\n";
    between("$what: seconds", 0, 3.5, (hrtime(true) - $start) / 1e9);
    $error = spread_last_error();
    contains($what, "127.0.0.1:$port", $error->getMessage());
    contains($what, 'proxy', $error->getMessage());
    contains($what, '0000001', $error->getMessage());
    foreach (['gate', 'sesame', 's3cret'] as $secret) {
        lacks($what, $secret, "$error");
    }
    holds("$what is retryable", $error->isRetryable());
    if ($what !== 'silent') { // the snippet has no timeout
        same("$what: the snippet", false, snippet($order, $servers['https']->url(), 'shop:s3cret', $tls->ca));
    }
}
// Without a tunnel.
proxy_environment(http_proxy: "http://gate:0pen-sesame@127.0.0.1:$closed");
configure(endpoint: $servers['http']->url());
echo 'http, not running: ', outcome(spread_update_order($order['data'], $order['request'])), "\n";
contains('not running', "127.0.0.1:$closed", spread_last_error()->getMessage());
lacks('not running', 'sesame', spread_last_error()->getMessage());
same('not running: the snippet', false, snippet($order, $servers['http']->url(), 'shop:s3cret'));

// Invalid values. libcurl refuses all except the one with a control character, which it ignores.
$invalid = [
    'ftp://127.0.0.1:PORT', 'http://127.0.0.1:65536', 'http://', ' ', 'proxy:', '127.0.0.1:PORT ', 'http://0pen@sesame@127.0.0.1', 'http://gate:0pen%0Asesame@127.0.0.1:PORT',
];
foreach ($invalid as $value) {
    $value = str_replace('PORT', (string) $strict->port, $value);
    foreach (['http' => 'http_proxy', 'https' => 'HTTPS_PROXY'] as $scheme => $variable) {
        configure(endpoint: $servers[$scheme]->url(), proxy: '');
        proxy_environment(...[$variable => $value]);
        same("$variable=$value", 'Spread\ConfigurationException', outcome(spread_update_order($order['data'], $order['request'])));
        contains("$variable=$value", $variable, spread_last_error()->getMessage());
        lacks("$variable=$value", 'sesame', spread_last_error()->getMessage());
        if (!str_contains($value, '%0A')) {
            same("$variable=$value: the snippet", false, snippet($order, $servers[$scheme]->url(), 'shop:s3cret', $tls->ca));
        }
        proxy_environment();
        configure(proxy: $value);
        same("spread.proxy=$value", 'Spread\ConfigurationException', outcome(spread_update_order($order['data'], $order['request'])));
        contains("spread.proxy=$value", 'spread.proxy', spread_last_error()->getMessage());
        lacks("spread.proxy=$value", 'sesame', spread_last_error()->getMessage());
        holds("spread.proxy=$value is not retryable", !spread_last_error()->isRetryable());
    }
}
foreach ($servers as $scheme => $server) {
    same("$scheme: requests that arrived", [], $server->requests());
}
configure(proxy: '');
echo 'and then: ', outcome(spread_update_order($order['data'], $order['request'])), "\n";
?>
--EXPECT--
https, not running: Spread\ConnectionException
https, refuses the port: Spread\ConnectionException
https, not HTTP: Spread\ConnectionException
https, silent: Spread\TimeoutException
https, hangs up: Spread\ConnectionException
http, not running: Spread\ConnectionException
and then: answer "arrived"
