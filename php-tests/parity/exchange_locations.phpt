--TEST--
Every kind of Location leads where it leads libcurl, or the ledger says why not
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('differential', 'scenarios');

$player = new Player();
foreach (scenarios()['locations'] as $name => $scenario) {
    $player->compare($name, $scenario);
}
echo "done\n";
?>
--EXPECT--
done
