--TEST--
examples/woocommerce, with WordPress stood in for, reports sign-ups, log-ins, and changes that SPREAD does not know
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/wordpress.inc';
require __DIR__ . '/../../examples/woocommerce/spread-woocommerce.php';

$reports = new Reports();
configure(endpoint: $reports->server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);
$_COOKIE['sbt'] = "O\\'Brien"; // as WordPress passes it on

request(static function () use ($shop): void {
    $shop->users[7] = new WP_User(7, 'john@doe.com');
    do_action('user_register', 7, []);
    $shop->user = 7;
    do_action('profile_update', 7);
    do_action('wp_login', 'john', $shop->users[7]);
});
same('sign-up', [['createAccount', ['data' => [
    'customer_email' => 'john@doe.com', 'external_id' => '7', 'customer_lang' => 'fr_FR', 'customer_cookie' => "O'Brien", 'action' => 'signup',
]]]], $reports->bodies());

request(static function () use ($shop): void {
    $shop->users[7]->fields = ['account_last_name' => 'D&#039;Oe', 'last_name' => 'Billing', 'first_name' => 'John', 'company' => 'A &amp; B', 'city' => 'Rouen', 'country' => 'FR', 'locale' => 'de_DE_formal'];
    do_action('woocommerce_update_customer', 7);
    do_action('woocommerce_customer_save_address', 7, 'billing');
});
same('address', [['updateAccount', ['data' => [
    'customer_email' => 'john@doe.com', 'external_id' => '7', 'customer_lang' => 'de_DE', 'customer_name' => "D'Oe",
    'customer_firstname' => 'John', 'customer_city' => 'Rouen', 'customer_country' => 'FR', 'customer_company' => 'A & B', 'customer_cookie' => "O'Brien",
]]]], $reports->bodies());

request(static fn () => do_action('woocommerce_update_customer', 7));
same('saved without a change', [], $reports->next());
$shop->user = 1; // an employee in the back office
$shop->users[7]->user_email = 'doe@john.com';
request(static fn () => do_action('profile_update', 7));
same('by an employee', ['updateAccount 7: doe@john.com'], $reports->next());
$shop->user = 0; // WordPress sets the user in the next request
request(static fn () => do_action('wp_login', 'john', $shop->users[7]));
same('log-in', ["updateAccount 7: doe@john.com, O'Brien"], $reports->next());

$shop->users[8] = new WP_User(8, 'employee@shop.example');
$shop->users[8]->roles = ['shop_manager'];
request(static function () use ($shop): void {
    do_action('user_register', 8);
    do_action('user_register', 9); // deleted since
    do_action('wp_login', 'employee', $shop->users[8]);
});
same('an employee', [], $reports->next());

add_filter('spread_woocommerce_account', static fn (array $data, WC_Customer $customer): array => $data + ['customer_isoptin' => '1'], 10, 2);
request(static fn () => do_action('profile_update', 7));
same('filtered', '1', $reports->bodies()[0][1]['data']['customer_isoptin']);
same('log', [], $shop->log);
echo "done\n";
?>
--EXPECT--
done
