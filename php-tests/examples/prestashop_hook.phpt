--TEST--
examples/prestashop_hook.php, with stubs of PrestaShop's classes, sends the state of each status with the keys of the order's shop
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

const _PS_VERSION_ = '8.1.0';
class Module
{
    public $name, $tab, $version, $author, $displayName, $description;
    public function __construct() {}
    public function install() { return true; }
    public function registerHook($name) { return $name === 'actionOrderStatusPostUpdate'; }
}
class Configuration
{
    public static function get($key, $language = null, $group = null, $shop = null)
    {
        return ['PS_OS_CANCELED' => '6', 'PS_OS_REFUND' => '7', 'PS_OS_ERROR' => '8', 'PS_OS_DELIVERED' => '5',
            'SPREAD_PUBLIC_KEY' => "shop $shop", 'SPREAD_PRIVATE_KEY' => 's3cret'][$key];
    }
}
class Order
{
    public $id_shop = 3, $id_customer = 9, $id_address_invoice = 4, $total_paid = '158.310000', $date_add = '2014-06-21 16:31:08';
    public function __construct(public $id) {}
    public function getProducts() { return [['product_reference' => 'XL-1'], ['product_reference' => 'S-2']]; }
}
class Customer
{
    public $email = 'john@doe.com', $lastname = 'Doe', $firstname = 'John', $newsletter = '1';
    public function __construct(public $id) {}
}
class Address
{
    public $address1 = '8, rue de la place', $address2 = '', $postcode = '76000', $city = 'Rouen', $id_country = 8,
        $phone = '0235000000', $phone_mobile = null, $company = null;
    public function __construct(public $id) {}
}
class Country { public static function getIsoById($id) { return 'FR'; } }
class PrestaShopLogger { public static function addLog(...$arguments) { echo 'logged: ', $arguments[0], "\n"; } }

date_default_timezone_set('Europe/Paris');
require __DIR__ . '/../../examples/prestashop_hook.php';
$module = new SpreadOrders();
holds('installs', $module->install());
$server = serve(static function (array $request): string {
    if (!basic_credentials($request)) {
        return answer(401, ['WWW-Authenticate: Basic realm="SPREAD"']);
    }
    parse_str($request['body'], $order);
    return $order['data']['order_state'] === '100' ? answer(500) : answer_json('ok');
});
configure(endpoint: $server->url(), error_mode: 'exception', log_failures: 0);
foreach ([[6, 0, 0], [10, 0, 0], [2, 1, 0], [4, 1, 1], [5, 1, 1]] as [$id, $paid, $shipped]) {
    $module->hookActionOrderStatusPostUpdate(['newOrderStatus' => (object) ['id' => $id, 'paid' => $paid, 'shipped' => $shipped], 'id_order' => 42]);
}
foreach (array_filter($server->requests(), basic_credentials(...)) as $request) {
    parse_str($request['body'], $order);
    echo 'state ', $order['data']['order_state'], ', keys ', basic_credentials($request), "\n";
}
unset($order['data']['order_state']);
echo json_encode($order, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
if (function_exists('spread_validate_order')) {
    $order['data']['order_state'] = '20';
    same('findings', [], spread_validate_order($order['data'], $order['request']));
}
?>
--EXPECT--
logged: SPREAD refused order 42: HTTP 500 Internal Server Error; send it again later
state 0, keys shop 3:s3cret
state 10, keys shop 3:s3cret
state 20, keys shop 3:s3cret
state 50, keys shop 3:s3cret
state 100, keys shop 3:s3cret
{
    "data": {
        "action": "order",
        "customer_email": "john@doe.com",
        "external_id": "9",
        "customer_name": "Doe",
        "customer_firstname": "John",
        "customer_isoptin": "1",
        "customer_address": "8, rue de la place",
        "customer_address2": "",
        "customer_cp": "76000",
        "customer_city": "Rouen",
        "customer_country": "FR",
        "customer_tel": "0235000000",
        "order_idorder": "42",
        "order_amount": "158.31",
        "order_crea_dt": "2014-06-21 14:31:08",
        "product_attributes": [
            [
                "reference:XL-1"
            ],
            [
                "reference:S-2"
            ]
        ]
    },
    "request": {
        "order_idorder": "42"
    }
}
