--TEST--
A PHP server finds the keys where it finds the snippet's: getallheaders() has `Authorization`
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$root = new WebRoot();
$page = $root->write('headers.php', <<<'PHP'
    <?php
    $headers = getallheaders();
    if (!isset($headers['Authorization'])) {
        http_response_code(401);
        header('WWW-Authenticate: Basic realm="SPREAD"');
    }
    unset($headers['Host'], $headers['User-Agent']);
    ksort($headers);
    echo json_encode($headers);
    PHP);
$port = free_port();
$server = new Daemon([PHP_BINARY, '-n', '-S', "127.0.0.1:$port", $page], "tcp://127.0.0.1:$port", $root);
$url = "http://127.0.0.1:$port/updateOrder";
configure(endpoint: $url, public_key: 'shop', private_key: 's3cret', log_failures: 0);
$order = ['data' => ['order_idorder' => '4711'], 'request' => []];
$old = json_decode(snippet($order, $url, 'shop:s3cret'), true);
$new = spread_update_order($order['data'], $order['request']);
holds('the snippet is answered', isset($old['Authorization']));
same('what the server sees', $old, $new);
echo "done\n";
?>
--EXPECT--
done
