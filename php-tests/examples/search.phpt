--TEST--
The searches of docs/migration.md find the snippets of orders and of accounts, also in a file whose name has spaces
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$snippet = '<?php $data["order_idorder"] = 1; $data["customer_cookie"] = $_COOKIE["sbt"]; curl_setopt($curl, CURLOPT_URL, "https://social-sb.com/api/updateOrder");';
$place->path('report order.php', $snippet);
$place->path('sign up.php', strtr($snippet, ['updateOrder' => 'createAccount', 'social-sb.com' => 'example.com', 'order_idorder' => 'customer_email']));
$place->path('other page.php', '<?php echo 1;');
preg_match('/```sh\n(# the endpoint.*?)```/s', file_get_contents(__DIR__ . '/../../docs/migration.md'), $found);
$searches = preg_grep('/^[^#]/', explode("\n", trim($found[1])));
foreach ($searches as $search) {
    $result = run(['sh', '-c', "cd $place->directory && $search"]);
    same($search, '', $result['err']);
    contains($search, './report order.php', $result['out']);
    contains($search, './sign up.php', $result['out']);
    lacks($search, 'other page', $result['out']);
}
echo count($searches), " searches\n";
?>
--EXPECT--
4 searches
