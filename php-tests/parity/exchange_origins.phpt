--TEST--
What reaches other origins, with and without keys, is what the documented snippet sends them, or less by the ledger
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('differential', 'scenarios');

$player = new Player();
foreach (scenarios()['origins'] as $name => $scenario) {
    $player->compare($name, $scenario);
}
echo "done\n";
?>
--EXPECT--
done
