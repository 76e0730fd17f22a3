--TEST--
Redirects are followed, counted and carry the order as with the documented snippet, except as stated in the ledger
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_unless_ledger_covers_libcurl();
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('differential', 'scenarios');

$player = new Player();
foreach (scenarios()['redirects'] as $name => $scenario) {
    $player->compare($name, $scenario);
}
echo "done\n";
?>
--EXPECT--
done
