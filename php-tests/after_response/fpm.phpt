--TEST--
php-fpm behind nginx: the page leaves before its order, however it ends, and the session is closed
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/pages.inc';

$root = new WebRoot();
$gate = new Gate();
[$url, $daemons] = start_fpm_behind_nginx($root, 3, after_response_settings($gate, $root));
check_pages(beside($url, 'after_response.php'), $gate, $root, hands_over: true);
echo "done\n";
?>
--EXPECT--
done
