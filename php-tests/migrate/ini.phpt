--TEST--
PHP reads the keys from the file of spread-migrate as they were in the source
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/migrate.inc';
if (!is_executable(migrate_program())) {
    die('skip modules/spread-migrate is not built');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/migrate.inc';

$directory = shop_directory();
foreach (['plain', 'a"b', "it's", "it's \"both\"", 'a\\b', 'a;b#c=d', '${HOME}', '$x', 'on', 'null', '%&!|~^()', ' spaces '] as $key) {
    $source = '<?php
        $curl = curl_init("https://social-sb.com/api/createAccount");
        curl_setopt($curl, CURLOPT_USERPWD, ' . var_export("shop:$key", true) . ');
        curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
        curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query(array("data" => array())));
        curl_exec($curl);';
    file_put_contents("$directory/account.php", $source);
    @unlink("$directory/spread.ini");
    $listed = run([migrate_program(), '--ini', "$directory/spread.ini", "$directory/account.php"]);
    holds("$key: listed", $listed['status'] === 1, $listed['out'] . $listed['err']);
    file_put_contents("$directory/show.php", '<?php echo ini_get("spread.private_key");');
    same($key, $key, run_shop("$directory/show.php", "$directory/spread.ini")['out']);
}
echo "done\n";
?>
--EXPECT--
done
