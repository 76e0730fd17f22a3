--TEST--
Each other method has the outcomes of its documented snippet: answers, redirects, origins and challenges
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

foreach (['createOrder', 'updateAccount', 'createAccount'] as $method) {
    $player = new Player();
    $played = 0;
    foreach (scenarios() as $kind => $scenarios) {
        foreach ($kind === 'locations' ? [] : $scenarios as $name => $scenario) {
            // Its URL is made of one that ends in updateOrder.
            if (preg_match('~/updateOrder(\?|$)~', $scenario['path'] ?? '/updateOrder')) {
                $player->compare("$method: $name", $scenario, $method);
                $played++;
            }
        }
    }
    holds("$method: scenarios", $played > 50, (string) $played);
}
echo "done\n";
?>
--EXPECT--
done
