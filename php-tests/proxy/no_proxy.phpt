--TEST--
no_proxy exempts hosts from the environment's proxy and from spread.proxy, also after a redirect
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('tinyproxy');
libcurl_since('7.88') || die('skip an older libcurl takes another view of a dot at the end of a name');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(closing_when_asked(static fn (array $request): string => $request['path'] === '/moved'
    ? answer(307, ['Location: http://' . (str_starts_with(header_value($request, 'Host'), 'localhost') ? '127.0.0.1' : 'localhost') . strrchr(header_value($request, 'Host'), ':') . '/there'])
    : answer_json(header_value($request, 'Via') === null ? 'direct' : 'proxy')));
$proxy = new Tinyproxy();
$order = ['data' => ['order_idorder' => '0000001'], 'request' => []];
configure(public_key: 'shop', private_key: 's3cret', log_failures: 0);

$lists = [
    'localhost', '127.0.0.1', 'LOCALHOST.', '.localhost', 'example.com, localhost', 'example.com,127.0.0.1', 'host', '*', '*.0.0.1', ' , ,',
    '127.0.0.0/8', '127.0.0.2/31', '127.0.0.0/31,other', 'localhost:80', '[127.0.0.1]',
];
foreach ($lists as $list) {
    $went = [];
    foreach (['localhost', '127.0.0.1'] as $host) {
        $url = $server->url('/there', $host);
        configure(endpoint: $url);
        proxy_environment(all_proxy: $proxy->url(), no_proxy: $list);
        configure(proxy: '');
        $old = json_decode(snippet($order, $url, 'shop:s3cret'));
        same("no_proxy=$list, all_proxy, $host", $old, spread_update_order($order['data'], $order['request']));
        proxy_environment(no_proxy: $list);
        configure(proxy: $proxy->url());
        same("no_proxy=$list, spread.proxy, $host", $old, spread_update_order($order['data'], $order['request']));
        $went[] = "$host $old";
    }
    echo str_pad($list, 24), implode(', ', $went), "\n";
}

// Each redirect is checked again. The order ends at another origin, whose answer does not count.
proxy_environment(http_proxy: $proxy->url(), NO_PROXY: 'localhost');
configure(proxy: '');
foreach (['localhost', '127.0.0.1'] as $host) {
    $url = $server->url('/moved', $host);
    configure(endpoint: $url);
    $old = json_decode(snippet($order, $url, 'shop:s3cret'));
    spread_update_order($order['data'], $order['request']);
    $requests = $server->requests();
    same("moved from $host", ['/there', $old], [end($requests)['path'], header_value(end($requests), 'Via') === null ? 'direct' : 'proxy']);
    echo "moved from $host: $old\n";
}
?>
--EXPECT--
localhost               localhost direct, 127.0.0.1 proxy
127.0.0.1               localhost proxy, 127.0.0.1 direct
LOCALHOST.              localhost direct, 127.0.0.1 proxy
.localhost              localhost direct, 127.0.0.1 proxy
example.com, localhost  localhost direct, 127.0.0.1 proxy
example.com,127.0.0.1   localhost proxy, 127.0.0.1 direct
host                    localhost proxy, 127.0.0.1 proxy
*                       localhost direct, 127.0.0.1 direct
*.0.0.1                 localhost proxy, 127.0.0.1 proxy
 , ,                    localhost proxy, 127.0.0.1 proxy
127.0.0.0/8             localhost proxy, 127.0.0.1 direct
127.0.0.2/31            localhost proxy, 127.0.0.1 proxy
127.0.0.0/31,other      localhost proxy, 127.0.0.1 direct
localhost:80            localhost proxy, 127.0.0.1 proxy
[127.0.0.1]             localhost proxy, 127.0.0.1 proxy
moved from localhost: proxy
moved from 127.0.0.1: direct
