--TEST--
One tunnel carries many orders; a restarted proxy causes no failure
--EXTENSIONS--
curl
--SKIPIF--
<?php if (!exec('command -v tinyproxy')) die('skip tinyproxy is not installed');
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$handler = static fn (array $request): string => answer_json($request['body']);
$plain = serve(closing_when_asked($handler));
$server = serve($handler, ['tls' => $tls->server()]);
$proxy = new Tinyproxy();
proxy_environment();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0, proxy: $proxy->url());

$send = static function (string $what, int $times): void {
    for ($i = 0; $i < $times; $i++) {
        same("$what, order $i", "data%5Bi%5D=$i", spread_update_order(['i' => $i], []));
        same("$what, order $i: error", null, spread_last_error()?->getMessage());
    }
};
configure(endpoint: $server->url());
$send('https', 10);
echo 'https: ', count($proxy->requests()), " tunnel, {$server->connections()} connection\n";

// Without a tunnel, tinyproxy asks the server to close after each answer.
configure(endpoint: $plain->url());
$send('http', 10);
echo 'http: ', count($proxy->requests()), " requests\n";

// After a change of proxy no connection of the other is reused.
configure(endpoint: $server->url(), proxy: '');
$send('direct', 2);
configure(proxy: $proxy->url());
$send('https again', 2);
echo 'https, direct, https: ', count($proxy->requests()), " new tunnels, {$server->connections()} connections\n";

$port = $proxy->port;
$proxy->stop();
$proxy = new Tinyproxy(port: $port);
$send('after a restart', 3);
echo 'restarted: ', count($proxy->requests()), " tunnel, {$server->connections()} connections\n";
?>
--EXPECT--
https: 1 tunnel, 1 connection
http: 10 requests
https, direct, https: 0 new tunnels, 2 connections
restarted: 1 tunnel, 3 connections
