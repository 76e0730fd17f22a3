--TEST--
php-cli sends an order and returns its answer
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json([$order['data']['order_idorder'], basic_credentials($request)]);
}, ['tls' => $tls->server()]);
$settings = ['spread.endpoint' => $server->url(), 'spread.ca_file' => $tls->ca, 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret'];

$result = run(php_command($settings, __DIR__ . '/../pages/order.php', '4711'));
$page = json_decode($result['out'], true);
echo $page['sapi'], ': ', json_encode($page['answer']), "\n";
same('error', null, $page['error']);
same('standard error', '', $result['err']);
same('status', 0, $result['status']);
same('body', http_build_query((static function (): array {
    ['second' => $order] = documented();
    $order['data']['order_idorder'] = $order['request']['order_idorder'] = '4711';
    return $order;
})()), $server->requests()[0]['body']);
?>
--EXPECT--
cli: ["4711","shop:s3cret"]
