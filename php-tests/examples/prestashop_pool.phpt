--TEST--
examples/prestashop_hook.php: an order goes out with the keys of its shop where php_admin_value fixes others
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static fn (array $request): string => basic_credentials($request) === null
    ? answer(401, ['WWW-Authenticate: Basic realm="SPREAD"'])
    : answer_json('ok'));
$root = new WebRoot();
copy(__DIR__ . '/prestashop.inc', "$root->directory/support/prestashop.inc");
copy(__DIR__ . '/../../examples/prestashop_hook.php', "$root->directory/support/prestashop_hook.php");
$root->write('pages/hook.php', <<<'PHP'
    <?php
    require __DIR__ . '/../support/prestashop.inc';
    require __DIR__ . '/../support/prestashop_hook.php';
    $status = (object) ['id' => 2, 'paid' => 1, 'shipped' => 0];
    (new SpreadOrders())->hookActionOrderStatusPostUpdate(['newOrderStatus' => $status, 'id_order' => 42]);
    echo 'ini_set: ', json_encode(ini_set('spread.public_key', 'another'));
    PHP);
$fixed = ['php_admin_value[spread.public_key]' => 'pool', 'php_admin_value[spread.private_key]' => 's3cret'];
[$url, $daemons] = start_fpm_behind_nginx($root, 1, ['spread.endpoint' => $server->url(), 'display_errors' => 1], directives: $fixed);
echo file_get_contents(beside($url, 'hook.php')), "\n";
array_map(static fn (Daemon $daemon) => $daemon->stop(), $daemons);
foreach (array_filter(array_map(basic_credentials(...), $server->requests())) as $keys) {
    echo "order with the keys $keys\n";
}
?>
--EXPECT--
ini_set: false
order with the keys shop 3:s3cret
