--TEST--
examples/woocommerce: without the keys, and while SPREAD fails, the page stays, the log says why, and the next change is reported
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/wordpress.inc';
require __DIR__ . '/../../examples/woocommerce/spread-woocommerce.php';

$file = tempnam(sys_get_temp_dir(), 'spread'); // the server is another process
file_put_contents($file, '500');
$reports = new Reports(static fn (): string => answer((int) file_get_contents($file)));
configure(endpoint: $reports->server->url(), public_key: '', private_key: '', log_failures: 0, circuit_breaker: 0);
$notice = static function (): string {
    ob_start();
    do_action('admin_notices');
    return ob_get_clean();
};
$logged = static function () use ($shop): array {
    [$lines, $shop->log] = [$shop->log, []];
    return $lines;
};
$shop->orders[1] = new WC_Order(1, 'processing');
$shop->users[7] = new WP_User(7, 'john@doe.com');

request(static fn () => do_action('woocommerce_new_order', 1));
echo implode("\n", $logged()), "\n", $notice(), "\n";
$shop->may_manage = false;
same('notice for another user', '', $notice());
$shop->may_manage = true;
same('sent', [], $reports->server->requests());

define('SPREAD_PUBLIC_KEY', 'shop');
define('SPREAD_PRIVATE_KEY', 's3cret');
same('notice with keys', '', $notice());
request(static function (): void {
    do_action('woocommerce_order_status_changed', 1, 'pending', 'processing');
    do_action('user_register', 7);
});
echo implode("\n", $logged()), "\n";
$reports->next();
foreach (array_filter($reports->server->requests(), basic_credentials(...)) as $request) {
    same('keys', 'shop:s3cret', basic_credentials($request));
}

file_put_contents($file, '200');
request(static function (): void {
    do_action('woocommerce_order_status_changed', 1, 'processing', 'processing');
    do_action('profile_update', 7);
});
same('the next change', ['updateAccount 7: john@doe.com', 'createOrder 1: 20, 158.31'], $reports->next());

$reports->server->stop();
$shop->orders[1]->status = 'completed';
request(static fn () => do_action('woocommerce_order_status_changed', 1, 'processing', 'completed'));
same('kept', '1 20 158.31', $shop->orders[1]->saved['_spread_reported']);
echo preg_replace('/:\d+ \(.*/', '', implode("\n", $logged())), "\n";

add_filter('spread_woocommerce_order', static fn (): array => throw new DomainException('john@doe.com'));
request(static fn () => do_action('woocommerce_order_status_changed', 1, 'processing', 'completed'));
echo preg_replace('~/\S*/|:\d+$~', '', implode("\n", $logged())), "\n";
unlink($file);
?>
--EXPECT--
spread: the order was not sent: there are no API keys; set spread.public_key and spread.private_key, or SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in the environment
<div class="notice notice-error"><p>SPREAD for WooCommerce reports nothing: set SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in wp-config.php.</p></div>
spread: SPREAD refused account 7: HTTP 500 Internal Server Error; send it again later
spread: SPREAD refused order 1: HTTP 500 Internal Server Error; send it again later
spread: order 1 did not reach SPREAD: no connection to 127.0.0.1
spread: a report to SPREAD was not made: DomainException in woocommerce_failures.php
