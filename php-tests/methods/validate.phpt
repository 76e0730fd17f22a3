--TEST--
spread_validate_account() finds the broken rules of an account; fields of an order are warnings
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$client = new Spread\Client('shop', 's3cret');
$broken = static function (array ...$arguments) use ($client): array {
    $findings = spread_validate_account(...$arguments);
    same('the client', $findings, $client->validateAccount(...$arguments));
    return array_map(static fn (array $finding): string => "{$finding['severity']} {$finding['field']} {$finding['rule']}", $findings);
};
same('by address', [], $broken(['customer_email' => 'john@doe.com']));
same('by id, and an empty request', [], $broken(['external_id' => 42], []));
same('nobody', ['error data.customer_email missing'], $broken([]));
// As SPREAD's module for PrestaShop sends it.
same('the module', [], $broken(['customer_email' => 'john@doe.com', 'external_id' => '42', 'add_tag' => 'a,b', 'date' => '2014-06-21 14:31:08', 'group' => 'Customer', 'action' => 'signup']));
foreach (['first', 'second'] as $edition) {
    $order = documented()[$edition];
    $found = $broken($order['data'], $order['request']);
    same("$edition: fields of an order", $found, preg_grep('/^warning .* order-field$/', $found));
    same("$edition: all of them", 10, count($found));
}
same('formats', ['error data.customer_birthday not-a-date'], $broken(['external_id' => '1', 'customer_birthday' => '1970-02-30']));
echo spread_validate_account(['customer_emial' => 'john@doe.com', 'external_id' => '1', 'order_states' => 1])[0]['message'], "\n";
echo spread_validate_account(['external_id' => '1', 'order_state' => 1])[0]['message'], "\n";
echo "done\n";
?>
--EXPECT--
data.customer_emial is not a documented field; did you mean data.customer_email?
data.order_state is a field of an order; leave it out of an account
done
