--TEST--
examples/prestashop_module/, with stubs of PrestaShop's classes: each order and account of a request is reported once, when it ends
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

require __DIR__ . '/prestashop.inc';
date_default_timezone_set('Europe/Paris');
require __DIR__ . '/../../examples/prestashop_module/spreadreport/spreadreport.php';
$module = new SpreadReport();
holds('installs', $module->install());
foreach ($module->hooks as $hook) {
    holds($hook, method_exists($module, 'hook' . ucfirst($hook)));
}
same('warning', null, $module->warning);

$server = serve(static fn (array $request): string => basic_credentials($request) === null
    ? answer(401, ['WWW-Authenticate: Basic realm="SPREAD"'])
    : (str_contains($request['body'], 'down') ? answer(503) : answer_json(false)));
configure(endpoint: $server->url(), error_mode: 'warning', log_failures: 0);
$seen = 0;
/** Ends the request and returns what has arrived, one line for each call. */
$end = static function () use ($module, $server, &$seen): array {
    $module->report();
    $requests = array_values(array_filter($server->requests(), basic_credentials(...)));
    $lines = [];
    foreach (array_slice($requests, $seen) as $request) {
        parse_str($request['body'], $sent);
        $data = $sent['data'];
        $findings = isset($data['order_idorder']) ? spread_validate_order($data, $sent['request']) : spread_validate_account($data);
        same('findings', [], $findings);
        $lines[] = basename($request['path']) . ' ' . ($data['order_idorder'] ?? $data['external_id']) . ' '
            . ($data['order_state'] ?? $data['action']) . (isset($data['customer_cookie']) ? " {$data['customer_cookie']}" : '');
    }
    $seen = count($requests);
    return $lines;
};
$place = static function (int $id, int ...$statuses) use ($module): void {
    $module->hookActionValidateOrder(['order' => new Order($id), 'orderStatus' => new OrderState($statuses[0])]);
    $module->hookActionOrderStatusPostUpdate(['newOrderStatus' => new OrderState(end($statuses)), 'oldOrderStatus' => null, 'id_order' => $id]);
};
$change = static fn (int $id, int $old, int $new) => $module->hookActionOrderStatusPostUpdate(
    ['newOrderStatus' => new OrderState($new), 'oldOrderStatus' => new OrderState($old), 'id_order' => $id]
);

$_COOKIE['sbt'] = 'of the browser';
same('nothing noted', [], $end());

// One checkout: the order is made, and its first status set.
$place(42, 2);
same('before the end', 0, count($server->requests()));
same('order made', ['createOrder 42 20 of the browser'], $end());
same('reported once', [], $end());
parse_str($server->requests()[1]['body'], $sent);
echo json_encode($sent, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
same('keys of the order\'s shop', 'shop 3:s3cret', basic_credentials($server->requests()[1]));

// The amount that was paid is not the order's.
$place(42, 2, 8);
same('payment error', ['createOrder 42 0 of the browser'], $end());

// Statuses.
unset($_COOKIE['sbt']);
foreach ([[10, 2, 20], [3, 4, 50], [4, 5, 100], [5, 7, 0], [10, 6, 0], [6, 10, 10]] as [$old, $new, $state]) {
    $change(42, $old, $new);
    same("from $old to $new", ["updateOrder 42 $state"], $end());
}
foreach ([[2, 2], [2, 3], [6, 8]] as [$old, $new]) {
    $change(42, $old, $new);
    same("from $old to $new", [], $end());
}
$change(42, 2, 4);
$change(42, 4, 5);
$change(42, 5, 2);
same('there and back', [], $end());
foreach ([2, 5] as $status) { // one bulk action on two orders
    $change(42, 10, $status);
    $change(43, 10, $status);
}
same('two orders', ['updateOrder 42 100', 'updateOrder 43 100'], $end());
parse_str($server->requests()[count($server->requests()) - 1]['body'], $sent);
same('guest', [false, false, false, '0', '5', '2014-12-21 15:31:08'], [isset($sent['data']['external_id']), isset($sent['data']['customer_gender']),
    isset($sent['data']['customer_birthday']), $sent['data']['customer_isoptin'], $sent['data']['order_amount'], $sent['data']['order_crea_dt']]);

// The back office changes the products; the status stays.
$module->hookActionOrderEdited(['order' => new Order(42)]);
same('edited', ['updateOrder 42 20'], $end());

// Other modules call the hooks with other values.
$module->hookActionValidateOrder(['order' => new Order(43), 'orderStatus' => 10]);
same('status as a number', ['createOrder 43 10'], $end());
$module->hookActionOrderStatusPostUpdate(['newOrderStatus' => (object) ['id' => 2], 'oldOrderStatus' => 1, 'id_order' => 99]);
same('an order that is gone', [], $end());

// Accounts.
$module->hookActionCustomerAccountAdd(['newCustomer' => new Customer(9)]);
$module->hookActionAuthentication(['customer' => new Customer(9)]);
$module->hookActionObjectAddressAddAfter(['object' => new Address(4)]);
same('sign-up', ['createAccount 9 signup'], $end());
parse_str($server->requests()[count($server->requests()) - 1]['body'], $sent);
echo json_encode($sent, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
$module->hookActionAuthentication(['customer' => new Customer(9)]);
same('log-in', ['updateAccount 9 login'], $end());
$module->hookActionCustomerAccountUpdate(['customer' => new Customer(9)]);
same('account', ['updateAccount 9 update'], $end());
$module->hookActionObjectAddressUpdateAfter(['object' => new Address(4)]);
same('address', ['updateAccount 9 update'], $end());
$module->hookActionCustomerAccountAdd(['newCustomer' => new Customer(10)]);
$supplier = new Address();
$supplier->id_customer = 0;
$module->hookActionObjectAddressAddAfter(['object' => $supplier]);
same('a guest, a supplier', [], $end());

// A failure is a line in the shop's log, whatever spread.error_mode says.
$database['Customer'][9]['firstname'] = 'down';
$change(42, 2, 4);
$module->hookActionAuthentication(['customer' => new Customer(9)]);
$end();

// Without keys in the settings those of php.ini are used; without any, nothing is sent.
$database['Customer'][9]['firstname'] = 'Zoé';
$_POST = ['submitspreadreport' => '1', 'SPREAD_PUBLIC_KEY' => '', 'SPREAD_PRIVATE_KEY' => ''];
echo $module->getContent(), "\n";
$change(42, 2, 4);
same('no keys', [], $end());
configure(public_key: 'php.ini', private_key: 's3cret');
$change(42, 2, 4);
same('keys of php.ini', ['updateOrder 42 50'], $end());
same('keys of php.ini', 'php.ini:s3cret', basic_credentials($server->requests()[count($server->requests()) - 1]));

// The settings page never shows the private key, and keeps it when it is left empty.
$_POST = ['submitspreadreport' => '1', 'SPREAD_PUBLIC_KEY' => ' a ', 'SPREAD_PRIVATE_KEY' => 'b'];
lacks('private key', '"b"', $module->getContent());
$_POST['SPREAD_PRIVATE_KEY'] = '';
echo $module->getContent(), "\n";
same('keys', ['a', 'b'], [Configuration::get('SPREAD_PUBLIC_KEY'), Configuration::get('SPREAD_PRIVATE_KEY')]);
holds('uninstalls', $module->uninstall());
same('keys', [false, false], [Configuration::get('SPREAD_PUBLIC_KEY'), Configuration::get('SPREAD_PRIVATE_KEY')]);

// In the back office the cookie is the employee's.
define('_PS_ADMIN_DIR_', '/admin');
$_COOKIE['sbt'] = 'the employee\'s';
$change(42, 2, 6);
same('back office', ['updateOrder 42 0'], $end());
?>
--EXPECT--
{
    "data": {
        "action": "order",
        "customer_email": "john@doe.com",
        "external_id": "9",
        "customer_name": "d'Œuf & Fils",
        "customer_firstname": "Zoé",
        "customer_isoptin": "1",
        "customer_gender": "female",
        "customer_birthday": "1970-12-31",
        "customer_lang": "fr_FR",
        "customer_address": "8, rue de la place",
        "customer_address2": "bâtiment A",
        "customer_cp": "76000",
        "customer_city": "Rouen",
        "customer_country": "FR",
        "customer_tel": "0235000000",
        "order_idorder": "42",
        "order_state": "20",
        "order_amount": "158.31",
        "order_crea_dt": "2014-06-21 14:31:08",
        "product_attributes": [
            [
                "reference:XL-1",
                "name:Shirt"
            ],
            [
                "reference:S-2",
                "name:Mug"
            ]
        ],
        "customer_cookie": "of the browser"
    },
    "request": {
        "order_idorder": "42"
    }
}
{
    "data": {
        "action": "signup",
        "customer_email": "john@doe.com",
        "external_id": "9",
        "customer_name": "d'Œuf & Fils",
        "customer_firstname": "Zoé",
        "customer_isoptin": "1",
        "customer_gender": "female",
        "customer_birthday": "1970-12-31",
        "customer_lang": "fr_FR",
        "customer_address": "8, rue de la place",
        "customer_address2": "bâtiment A",
        "customer_cp": "76000",
        "customer_city": "Rouen",
        "customer_country": "FR",
        "customer_tel": "0235000000"
    }
}
logged: SPREAD: SPREAD refused account 9: HTTP 503 Service Unavailable; send it again later
logged: SPREAD: SPREAD refused order 42: HTTP 503 Service Unavailable; send it again later
Settings updated.[{"SPREAD_PUBLIC_KEY":"","SPREAD_PRIVATE_KEY":""},{"SPREAD_PUBLIC_KEY":"text","SPREAD_PRIVATE_KEY":"password"}]
logged: SPREAD: the order was not sent: there are no API keys; set spread.public_key and spread.private_key, or SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in the environment
Settings updated.[{"SPREAD_PUBLIC_KEY":"a","SPREAD_PRIVATE_KEY":""},{"SPREAD_PUBLIC_KEY":"text","SPREAD_PRIVATE_KEY":"password"}]
