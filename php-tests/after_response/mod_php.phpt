--TEST--
Apache's mod_php cannot hand the response over: orders are sent at the same place, however the page ends
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('mod_php');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/pages.inc';

$root = new WebRoot();
$gate = new Gate();
[$url, $daemons] = start_apache($root, 3, after_response_settings($gate, $root));
check_pages(beside($url, 'after_response.php'), $gate, $root, hands_over: false);
echo "done\n";
?>
--EXPECT--
done
