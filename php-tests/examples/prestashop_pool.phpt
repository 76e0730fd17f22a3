--TEST--
examples/prestashop_module/ in php-fpm: the order goes out when the page ends, with the keys of its shop where php_admin_value fixes others
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static fn (array $request): string => basic_credentials($request) === null
    ? answer(401, ['WWW-Authenticate: Basic realm="SPREAD"'])
    : answer_json('ok'));
$root = new WebRoot();
mkdir("$root->directory/support/src");
copy(__DIR__ . '/prestashop.inc', "$root->directory/support/prestashop.inc");
foreach (['spreadreport.php', 'src/Fields.php'] as $file) {
    copy(__DIR__ . "/../../examples/prestashop_module/spreadreport/$file", "$root->directory/support/$file");
}
$root->write('pages/hook.php', <<<'PHP'
    <?php
    require __DIR__ . '/../support/prestashop.inc';
    require __DIR__ . '/../support/spreadreport.php';
    (new SpreadReport())->hookActionOrderStatusPostUpdate(['newOrderStatus' => new OrderState(4), 'oldOrderStatus' => new OrderState(2), 'id_order' => 42]);
    echo 'ini_set: ', json_encode(ini_set('spread.public_key', 'another'));
    exit; // as a redirect of the shop
    PHP);
$fixed = ['php_admin_value[spread.public_key]' => 'pool', 'php_admin_value[spread.private_key]' => 's3cret'];
[$url, $daemons] = start_fpm_behind_nginx($root, 1, ['spread.endpoint' => $server->url(), 'spread.delivery' => 'after_response', 'display_errors' => 1], directives: $fixed);
echo file_get_contents(beside($url, 'hook.php')), "\n";
foreach (array_filter(array_map(basic_credentials(...), $server->waitForRequests(2))) as $keys) {
    echo "order with the keys $keys\n";
}
array_map(static fn (Daemon $daemon) => $daemon->stop(), $daemons);
?>
--EXPECT--
ini_set: false
order with the keys shop 3:s3cret
