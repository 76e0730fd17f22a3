--TEST--
examples/opencart/, with stubs of OpenCart's classes: each order and account of a request is reported once, when it ends
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

require __DIR__ . '/opencart.inc';
date_default_timezone_set('Europe/Paris');
foreach (['system/library/fields', 'system/library/report', 'catalog/controller/event/spread', 'admin/controller/module/spread'] as $file) {
    require __DIR__ . "/../../examples/opencart/$file.php";
}
use Opencart\Admin\Controller\Extension\Spread\Module\Spread as Admin;
use Opencart\Catalog\Controller\Extension\Spread\Event\Spread as Events;
use Opencart\System\Engine\Registry;
use Opencart\System\Library\Extension\Spread\Report;

$server = serve(static fn (array $request): string => str_contains($request['body'], 'down') ? answer(503) : answer_json(false));
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', error_mode: 'warning', log_failures: 0);
$shop = new Shop();
$shop->orders[7] = ['customer_id' => '9', 'email' => 'john@doe.com', 'lastname' => 'd&#039;Œuf &amp; Fils', 'firstname' => 'Zoé', 'telephone' => '0235000000',
    'language_code' => 'fr-fr', 'total' => '158.3100', 'date_added' => '2014-06-21 16:31:08', 'payment_company' => '', 'payment_address_1' => '8, rue de la place',
    'payment_address_2' => 'bâtiment A', 'payment_postcode' => '76000', 'payment_city' => 'Rouen', 'payment_iso_code_2' => 'FR'];
// A guest, and a shop that asks for no payment address.
$shop->orders[8] = ['customer_id' => '0', 'payment_address_1' => '', 'shipping_company' => 'Doe &amp; Son', 'shipping_address_1' => '1, quai', 'shipping_address_2' => '',
    'shipping_postcode' => '76600', 'shipping_city' => 'Le Havre', 'shipping_iso_code_2' => 'FR'] + $shop->orders[7];
$shop->customers[9] = ['email' => 'john@doe.com', 'lastname' => 'Doe', 'firstname' => 'John', 'telephone' => '', 'newsletter' => '1'];

$seen = 0;
/** Ends the request and returns what has arrived, one line for each call. */
$end = static function (Registry $registry) use ($server, &$seen): array {
    $registry->get('spread_report')?->send();
    $lines = [];
    foreach (array_slice($server->requests(), $seen) as $request) {
        parse_str($request['body'], $sent);
        $data = $sent['data'];
        same('findings', [], isset($data['order_idorder']) ? spread_validate_order($data, $sent['request']) : spread_validate_account($data));
        $lines[] = basename($request['path']) . ' ' . ($data['order_idorder'] ?? $data['external_id']) . ' '
            . ($data['order_state'] ?? $data['action']) . (isset($data['customer_cookie']) ? " {$data['customer_cookie']}" : '');
    }
    $seen = count($server->requests());
    return $lines;
};
/** The last call's arrays. */
$last = static function () use ($server): array {
    parse_str($server->requests()[count($server->requests()) - 1]['body'], $sent);
    return $sent;
};
$show = static fn (): int => print(json_encode($last(), JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES) . "\n");
$route = '';
/** Calls the handler of an event as OpenCart does. */
$handle = static function (Registry $registry, string $method, array $args, mixed $output = null) use (&$route): void {
    (new Events($registry))->$method($route, $args, $output);
};
/** A request that sets statuses of an order, with or without the history's id, which OpenCart 4.0 does not return. */
$request = static function (int $id, array $statuses, bool $returns = true) use ($shop, $handle, $end): array {
    $registry = $shop->request();
    foreach ($statuses as $status) {
        $row = $shop->addRow($id, $status);
        $handle($registry, 'addHistory', [$id, $status], $returns ? $row : null);
    }
    return $end($registry);
};

// The installation registers methods that exist.
(new Admin($shop->request()))->install();
foreach ($shop->events as $action) {
    [$controller, $method] = explode('.', basename($action));
    holds($action, method_exists(str_contains($action, '/event/') ? Events::class : Admin::class, $method));
}
echo count($shop->events), " events\n";
foreach (['name', 'version', 'author', 'link'] as $key) { // OpenCart 4.0 refuses an archive without one of them
    $text = json_decode(file_get_contents(__DIR__ . '/../../examples/opencart/install.json'), true)[$key];
    between($key, 3, 128, strlen($text));
}

$shop->cookies = ['sbt' => 'of the &quot;browser&quot;'];
same('order placed', ['createOrder 7 10 of the "browser"'], $request(7, [1]));
$show();
same('submitted twice', [], $request(7, [1]));
$shop->cookies = [];
foreach ([[15, 20], [3, 50], [5, 100], [11, 0], [1, 10], [16, 0], [9, 20], [99, 10]] as [$status, $state]) {
    same("status $status", ["updateOrder 7 $state"], $request(7, [$status], returns: $status !== 3));
}
same('one paid status to another', ['updateOrder 7 20', []], [...$request(7, [15]), $request(7, [2])]);
same('several in one request', ['updateOrder 7 100'], $request(7, [3, 5]));
same('there and back', [], $request(7, [16, 5]));
$shop->settings['module_spread_state'] = ['21' => 50];
same('a status of the shop', ['updateOrder 7 50'], $request(7, [21]));

// Two requests place one order at the same time.
$first = $shop->request();
$second = $shop->request();
$rows = [$shop->addRow(8, 1), $shop->addRow(8, 1)];
$handle($second, 'addHistory', [8, 1], $rows[1]);
$handle($first, 'addHistory', [8, 1], $rows[0]);
same('the second', [], $end($second));
same('the first', ['createOrder 8 10'], $end($first));
$sent = $last()['data'];
same('guest', [false, false, 'Doe & Son', 'Le Havre'], [isset($sent['external_id']), isset($sent['customer_isoptin']), $sent['customer_company'], $sent['customer_city']]);

// Drafts.
$shop->orders[9] = $shop->orders[7];
same('a draft stays a draft', [], $request(9, [0]));
same('confirmed', ['createOrder 9 10'], $request(9, [1]));
same('a draft again', ['updateOrder 9 0'], $request(9, [0]));

// The back office changes the products: the order is voided, changed, and gets its status again.
$registry = $shop->request();
$handle($registry, 'editOrder', [7]);
foreach ([16, 21] as $status) {
    $handle($registry, 'addHistory', [7, $status], $shop->addRow(7, $status));
}
same('edited', ['updateOrder 7 50'], $end($registry));
$registry = $shop->request();
$handle($registry, 'editOrder', [77]);
same('a draft is edited', [], $end($registry));

// The back office deletes orders.
$args = ['7'];
(new Admin($registry = $shop->request()))->deleteOrder($route, $args);
same('deleted', ['updateOrder 7 0'], $end($registry));
foreach (['9', '404'] as $id) {
    $args = [$id];
    (new Admin($registry = $shop->request()))->deleteOrder($route, $args);
    same("deleted $id", [], $end($registry));
}

// A request of the API has no cookie of the customer's.
$shop->cookies = ['sbt' => 'another\'s'];
$shop->route = 'api/order';
same('API', ['updateOrder 8 0'], $request(8, [7]));
$shop->cookies = [];
$shop->route = 'account/login.login';

// Accounts.
$shop->addresses = [
    ['default' => '0', 'company' => '', 'address_1' => '1, quai', 'address_2' => '', 'postcode' => '76600', 'city' => 'Le Havre', 'iso_code_2' => 'FR'],
    ['default' => '1', 'company' => 'Doe &amp; Son', 'address_1' => '2, quai', 'address_2' => '', 'postcode' => '76200', 'city' => 'Dieppe', 'iso_code_2' => 'FR'],
];
$registry = $shop->request();
$handle($registry, 'addCustomer', [[]], 9);
$shop->loggedIn = 9;
$handle($registry, 'addLogin', [9, '127.0.0.1']);
$handle($registry, 'editCustomer', [9, []]);
same('sign-up', ['createAccount 9 signup'], $end($registry));
$show();
$handle($registry = $shop->request(), 'addLogin', [9, '127.0.0.1']);
same('log-in', ['updateAccount 9 login'], $end($registry));
$handle($registry = $shop->request(), 'editCustomer', [9, 4, []]);
same('address', ['updateAccount 9 update'], $end($registry));
$shop->loggedIn = 0;
$handle($registry = $shop->request(), 'editCustomer', [0, []]);
same('the address of a guest', [], $end($registry));

// A failure is a line in the shop's log, whatever spread.error_mode says.
$shop->orders[8]['firstname'] = 'down';
$shop->customers[9]['firstname'] = 'down';
same('SPREAD is down', ['updateOrder 8 10'], $request(8, [1]));
configure(error_mode: 'exception');
$shop->orders[8]['firstname'] = 'down again';
$handle($registry = $shop->request(), 'addCustomer', [[]], 9);
$handle($registry, 'addHistory', [8, 2], $shop->addRow(8, 2));
same('SPREAD is down', ['createAccount 9 signup', 'updateOrder 8 20'], $end($registry));
unset($shop->customers[9]['email']);
$handle($registry = $shop->request(), 'addLogin', [9]);
set_error_handler(static fn (int $code, string $message) => throw new ErrorException($message));
same('a fault of the extension', [], $end($registry));
restore_error_handler();
configure(public_key: '', error_mode: 'silent');
same('no keys', [], $request(8, [3]));

// The settings page.
$admin = static fn (): Admin => new Admin($shop->request());
$admin()->index();
$_POST = ['module_spread_state' => ['21' => '20x', '5' => '100']];
$admin()->save();
same('settings', [0, [21 => 20, 5 => 100]], [$shop->settings['module_spread_status'], $shop->settings['module_spread_state']]);
configure(public_key: 'shop');
same('switched off', [], $request(8, [7]));
$shop->mayModify = false;
$admin()->save();
$admin()->uninstall();
echo count($shop->events), " events\n";
$shop->mayModify = true;
$admin()->uninstall();
echo count($shop->events), " events\n";

// The end of the script ends the request: one more line in the shop's log.
configure(public_key: '');
$shop->settings['module_spread_status'] = 1;
$handle($shop->request(), 'addHistory', [8, 5], $shop->addRow(8, 5));
?>
--EXPECT--
9 events
{
    "data": {
        "action": "order",
        "customer_email": "john@doe.com",
        "customer_name": "d'Œuf & Fils",
        "customer_firstname": "Zoé",
        "customer_tel": "0235000000",
        "customer_lang": "fr_FR",
        "external_id": "9",
        "customer_isoptin": "1",
        "customer_address": "8, rue de la place",
        "customer_address2": "bâtiment A",
        "customer_cp": "76000",
        "customer_city": "Rouen",
        "customer_country": "FR",
        "order_idorder": "7",
        "order_amount": "158.31",
        "order_crea_dt": "2014-06-21 14:31:08",
        "product_attributes": [
            [
                "model:Shirt \"XL\"",
                "Size:XL"
            ],
            [
                "model:Mug"
            ]
        ],
        "customer_cookie": "of the \"browser\"",
        "order_state": "10"
    },
    "request": {
        "order_idorder": "7"
    }
}
{
    "data": {
        "action": "signup",
        "customer_email": "john@doe.com",
        "external_id": "9",
        "customer_name": "Doe",
        "customer_firstname": "John",
        "customer_isoptin": "1",
        "customer_lang": "fr_FR",
        "customer_company": "Doe & Son",
        "customer_address": "2, quai",
        "customer_cp": "76200",
        "customer_city": "Dieppe",
        "customer_country": "FR"
    }
}
logged: SPREAD: SPREAD refused order 8: HTTP 503 Service Unavailable; send it again later
logged: SPREAD: SPREAD refused account 9: HTTP 503 Service Unavailable; send it again later
logged: SPREAD: SPREAD refused order 8: HTTP 503 Service Unavailable; send it again later
logged: SPREAD: Undefined array key "email"
logged: SPREAD: order 8 was not sent: there are no API keys; set spread.public_key and spread.private_key, or SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in the environment
{"save":"extension\/spread\/module\/spread.save","back":"marketplace\/extension","module_spread_status":1,"warning":"error_keys","order_statuses":[{"state":100,"order_status_id":"5","name":"Complete"},{"state":50,"order_status_id":"21","name":"At the customs"}],"states":{"10":"text_state_10","20":"text_state_20","50":"text_state_50","100":"text_state_100","0":"text_state_0"}}
{"success":"text_success"}
{"error":"error_permission"}
9 events
0 events
logged: SPREAD: order 8 was not sent: there are no API keys; set spread.public_key and spread.private_key, or SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in the environment
