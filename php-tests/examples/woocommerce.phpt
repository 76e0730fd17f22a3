--TEST--
The guide's WooCommerce code, with WordPress stood in for: one report for each order of a request, when it ends
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$actions = [];
function add_action(string $hook, callable $callback): void
{
    $GLOBALS['actions'][$hook][] = $callback;
}
/** As WordPress, which passes an empty text where there is no argument. */
function do_action(string $hook, mixed ...$arguments): void
{
    foreach ($GLOBALS['actions'][$hook] ?? [] as $callback) {
        $callback($arguments[0] ?? '');
    }
}
class WC_Order
{
    public function __construct(private int $id, private string $status) {}
    public function get_status(): string { return $this->status; }
    public function get_billing_email(): string { return 'john@doe.com'; }
    public function get_billing_last_name(): string { return 'Doe'; }
    public function get_billing_first_name(): string { return 'John'; }
    public function get_billing_postcode(): string { return '76000'; }
    public function get_billing_city(): string { return 'Rouen'; }
    public function get_billing_country(): string { return 'FR'; }
    public function get_billing_phone(): string { return '0235000000'; }
    public function get_total(): string { return '158.31'; }
    public function get_date_created(): ?DateTimeImmutable { return new DateTimeImmutable('2014-06-21 16:31:08 Europe/Paris'); }
}
$shop = [];
function wc_get_order(int $id): WC_Order|false
{
    $status = $GLOBALS['shop'][$id] ?? null;
    return $status === null ? false : new WC_Order($id, $status);
}
function is_admin(): bool
{
    return $GLOBALS['admin'] ?? false;
}
function wc_get_logger(): object
{
    return new class {
        public function error(string $message, array $context): void { echo "logged: $message\n"; }
    };
}

preg_match('/^## WooCommerce\n.*?^```php\n(.*?)^```$/ms', file_get_contents(__DIR__ . '/../../docs/migration.md'), $found);
eval($found[1]);

$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return match ($order['data']['order_idorder']) {
        '13' => answer(500),
        '14' => answer_json(false),
        default => answer_json('ok'),
    };
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);
$_COOKIE['sbt'] = 'of the browser';
$reports = static function (int $from = 0) use ($server): array {
    return array_map(static function (array $request): string {
        parse_str($request['body'], $order);
        same('findings', [], spread_validate_order($order['data'], $order['request']));
        return $order['data']['order_idorder'] . ': ' . $order['data']['order_state'] . (isset($order['data']['customer_cookie']) ? ' with the cookie' : '');
    }, array_slice($server->requests(), $from));
};

// The block checkout: a draft, the order, and its status twice.
foreach (['checkout-draft', 'pending', 'pending', 'processing'] as $number => $status) {
    $shop[12] = $status;
    do_action($number === 0 ? 'woocommerce_new_order' : 'woocommerce_order_status_changed', 12);
}
$shop[15] = 'checkout-draft';
do_action('woocommerce_new_order', 15);
do_action('woocommerce_new_order', 16); // deleted since
$shop[13] = $shop[14] = 'completed';
do_action('woocommerce_order_status_changed', 13);
do_action('woocommerce_order_status_changed', 14);
same('before the end', [], $reports());
do_action('shutdown');
same('reports', ['12: 20 with the cookie', '13: 100 with the cookie', '14: 100 with the cookie'], $reports());
same('timeout', '3', ini_get('spread.timeout'));

$admin = true;
do_action('shutdown');
same('back office', ['12: 20', '13: 100', '14: 100'], $reports(3));
?>
--EXPECT--
logged: SPREAD refused order 13: HTTP 500 Internal Server Error; send it again later
logged: SPREAD refused order 13: HTTP 500 Internal Server Error; send it again later
