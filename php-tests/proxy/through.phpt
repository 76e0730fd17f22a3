--TEST--
Orders go through spread.proxy or the environment's proxy, as with the documented snippet
--EXTENSIONS--
curl
--SKIPIF--
<?php if (!exec('command -v tinyproxy')) die('skip tinyproxy is not installed');
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$handler = static fn (array $request): string => basic_credentials($request) === 'shop:s3cret'
    // Closed after each answer: each order has to ask the proxy.
    ? answer(200, ['Connection: close'], json_encode([md5($request['body']), header_value($request, 'Via')]))
    : answer(401, ['Connection: close', 'WWW-Authenticate: Basic realm="SPREAD"']);
$servers = ['http' => serve($handler), 'https' => serve($handler, ['tls' => $tls->server()])];
$proxy = new Tinyproxy();
$other = new Tinyproxy();
$order = ['data' => ['order_idorder' => '0000001'], 'request' => ['order_idorder' => '0000001']];
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);

/**
 * Sends an order with the snippet and with spread; prints which proxy each scheme used. The snippet has
 * no proxy setting: all_proxy alone in its environment corresponds to spread.proxy.
 */
$send = static function (string $what, array $variables, string $setting = '') use ($servers, $proxy, $other, $order, $tls): void {
    configure(proxy: $setting);
    $routes = [];
    foreach ($servers as $scheme => $server) {
        $path = '/' . rawurlencode($what);
        $url = "http://127.0.0.1:{$server->port}$path";
        $line = $scheme === 'http' ? "POST $url" : "CONNECT 127.0.0.1:{$server->port}";
        $before = count($server->requests());
        proxy_environment(...$setting === '' ? $variables : ['all_proxy' => $setting]);
        $old = snippet($order, $server->url($path), 'shop:s3cret', $tls->ca);
        $between = count($server->requests());
        $through = array_map(static fn (Tinyproxy $proxy): array => array_unique($proxy->requests()), [$proxy, $other]);
        proxy_environment(...$variables);
        configure(endpoint: $server->url($path));
        $new = spread_update_order($order['data'], $order['request']);
        same("$what, $scheme: answer", json_decode((string) $old, true), $new);
        same("$what, $scheme: no error", null, spread_last_error()?->getMessage());
        $requests = $server->requests();
        same("$what, $scheme: path", $requests[$between - 1]['path'], end($requests)['path']);
        same("$what, $scheme: body", $requests[$between - 1]['body'], end($requests)['body']);
        same("$what, $scheme: Host", header_value($requests[$between - 1], 'Host'), header_value(end($requests), 'Host'));
        foreach (array_slice($requests, $before) as $request) {
            same("$what, $scheme: headers for the proxy", [], preg_grep('/^proxy-auth/i', array_column($request['headers'], 0)));
        }
        foreach ([$proxy, $other] as $i => $one) {
            same("$what, $scheme: through proxy $i", $through[$i], array_unique($one->requests()));
            same("$what, $scheme: request line", $through[$i] === [] ? [] : [$line], $through[$i]);
        }
        $routes[] = "$scheme " . ($through[0] !== [] ? 'proxy' : ($through[1] !== [] ? 'other' : 'direct'));
    }
    echo str_pad("$what:", 38), implode(', ', $routes), "\n";
};

$url = $proxy->url();
$send('nothing set', []);
$send('spread.proxy', [], $url);
$send('spread.proxy without scheme', [], "127.0.0.1:{$proxy->port}");
$send('spread.proxy with a path', [], "HTTP://127.0.0.1:{$proxy->port}/ignored?too");
foreach (array_diff(PROXY_VARIABLES, ['no_proxy', 'NO_PROXY']) as $variable) {
    $send($variable, [$variable => $url]);
}
$send('lower case first', ['https_proxy' => $url, 'HTTPS_PROXY' => $other->url(), 'all_proxy' => $url, 'ALL_PROXY' => $other->url()]);
$send('the scheme before all', ['http_proxy' => $url, 'https_proxy' => $url, 'all_proxy' => $other->url()]);
$send('empty is unset', ['http_proxy' => '', 'https_proxy' => '', 'all_proxy' => $other->url()]);
$send('spread.proxy before the environment', ['http_proxy' => $other->url(), 'https_proxy' => $other->url()], $url);
?>
--EXPECT--
nothing set:                          http direct, https direct
spread.proxy:                         http proxy, https proxy
spread.proxy without scheme:          http proxy, https proxy
spread.proxy with a path:             http proxy, https proxy
http_proxy:                           http proxy, https direct
HTTP_PROXY:                           http direct, https direct
https_proxy:                          http direct, https proxy
HTTPS_PROXY:                          http direct, https proxy
all_proxy:                            http proxy, https proxy
ALL_PROXY:                            http proxy, https proxy
lower case first:                     http proxy, https proxy
the scheme before all:                http proxy, https proxy
empty is unset:                       http other, https other
spread.proxy before the environment:  http proxy, https proxy
