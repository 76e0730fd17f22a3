--TEST--
examples/woocommerce, with WordPress stood in for, reports an order once for each change of its state or amount
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/wordpress.inc';
require __DIR__ . '/../../examples/woocommerce/spread-woocommerce.php';

$reports = new Reports();
configure(endpoint: $reports->server->url(), public_key: 'shop', private_key: 's3cret', log_failures: 0);
$_COOKIE['sbt'] = 'of the browser';

/** An order changes its status, as WooCommerce reports it; $again repeats the hook. */
$becomes = static function (int $id, string $status, int $again = 0) use ($shop): void {
    $from = $shop->orders[$id]->status;
    $shop->orders[$id]->status = $status;
    for ($i = 0; $i <= $again; $i++) {
        do_action('woocommerce_order_status_changed', $id, $from, $status, $shop->orders[$id]);
    }
};
$place = static function (int $id, string $status, int $customer = 0) use ($shop): WC_Order {
    $shop->orders[$id] = new WC_Order($id, $status);
    $shop->orders[$id]->customer = $customer;
    do_action('woocommerce_new_order', $id, $shop->orders[$id]);
    return $shop->orders[$id];
};

// The README's table is the plugin's.
preg_match_all('/^\| (`.*`) \| (\d+) \|$/m', file_get_contents(__DIR__ . '/../../examples/woocommerce/README.md'), $rows, PREG_SET_ORDER);
$states = [];
foreach ($rows as [, $statuses, $state]) {
    $states += array_fill_keys(explode(', ', str_replace('`', '', $statuses)), (int) $state);
}
same('README', Spread_WooCommerce\STATES, $states);

// The arrays, with every kind of product.
$shop->users[7] = new WP_User(7, 'account@doe.com');
$shop->user = 7;
request(static function () use ($place): void {
    $place(1, 'processing', customer: 7)->items = [
        3 => new WC_Order_Item_Product('Shirt &amp; tie', new WC_Product('SHIRT', ['pa_size' => 'xl', 'color' => '']), ['color' => 'blue']),
        4 => new WC_Order_Item_Product('Mug', new WC_Product('')),
        5 => new WC_Order_Item_Product('No longer sold'),
    ];
});
[[$method, $sent]] = $reports->bodies();
echo $method, ' ', json_encode($sent, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";

// A guest's order: the hooks of the block checkout, and each later state.
$shop->user = 0;
request(static function () use ($place, $becomes): void {
    $place(2, 'pending');
    $becomes(2, 'on-hold', again: 2);
});
same('placed', ['createOrder 2: 10, 158.31, of the browser'], $reports->next());
request(static fn () => $becomes(2, 'on-hold'));
same('the same state again', [], $reports->next());
$shop->user = 1; // an employee in the back office
foreach (['processing' => 20, 'completed' => 100, 'cancelled' => 0, 'pending' => 10, 'failed' => 0] as $status => $state) {
    request(static fn () => $becomes(2, $status));
    same($status, ["updateOrder 2: $state, 158.31"], $reports->next());
}
$shop->user = 0;
$shop->cron = true; // which may run in the request of any visitor
request(static fn () => $becomes(2, 'processing'));
same('scheduled', ['updateOrder 2: 20, 158.31'], $reports->next());
$shop->cron = false;

// Another request changes the order after this one has read it, and reports it first: nothing stale is sent.
request(static function () use ($becomes, $shop): void {
    $becomes(2, 'on-hold');
    wc_get_order(2);
    $shop->orders[2]->status = 'processing';
});
same('changed by two requests', [], $reports->next());
request(static function () use ($place, $shop): void {
    $place(5, 'on-hold');
    $shop->orders[5]->status = 'processing'; // by a payment provider, whose request has made the first report
    $shop->orders[5]->saved = ['_spread_reported' => '5 10 158.31'];
});
same('reported by another request', ['updateOrder 5: 20, 158.31, of the browser'], $reports->next());

// Refunds: a part, one that is taken back, the whole.
$refund = static fn (float $amount): Closure => static function () use ($shop, $amount): void {
    $shop->orders[2]->refunded = $amount;
    do_action('woocommerce_order_refunded', 2, 90);
};
request($refund(8.31));
same('a part', ['updateOrder 2: 20, 150.00, of the browser'], $reports->next());
request(static function () use ($shop): void {
    $shop->orders[2]->refunded = 0.0;
    same('deletes', null, apply_filters('woocommerce_pre_delete_order_refund', null, new WC_Order_Refund(2), true));
});
same('taken back', ['updateOrder 2: 20, 158.31, of the browser'], $reports->next());
request(static function () use ($refund, $becomes): void {
    $refund(158.31)();
    $becomes(2, 'refunded');
});
same('the whole', ['updateOrder 2: 0, 158.31, of the browser'], $reports->next());

// What is not reported: drafts, the trash, a deleted order, a subscription, a status that nobody has mapped, an
// order for nobody.
request(static function () use ($place, $becomes, $shop): void {
    $place(10, 'checkout-draft');
    $place(11, 'auto-draft');
    $place(12, 'processing');
    $becomes(12, 'trash');
    $place(13, 'processing');
    unset($shop->orders[13]);
    $place(14, 'processing')->type = 'shop_subscription';
    $place(15, 'shipped');
    $place(17, 'processing')->billing['email'] = ''; // SPREAD would not know whose it is
    $shop->orders[16] = new WC_Order_Refund(2);
    do_action('woocommerce_new_order', 16);
});
same('none of them', [], $reports->next());
$shop->orders[17]->billing['email'] = 'john@doe.com';
request(static fn () => $becomes(17, 'completed'));
same('for somebody after all', ['createOrder 17: 100, 158.31, of the browser'], $reports->next());

// An abandoned checkout is not an order, however it ends; a payment makes it one.
request(static fn () => $place(20, 'pending'));
request(static fn () => $becomes(20, 'failed'));
request(static fn () => $becomes(20, 'cancelled'));
same('abandoned', [], $reports->next());
request(static fn () => $becomes(20, 'processing'));
same('paid after all', ['createOrder 20: 20, 158.31, of the browser'], $reports->next());

// The block checkout of WooCommerce 8: the draft is an earlier request's, and no hook calls the order new.
$shop->orders[21] = new WC_Order(21, 'checkout-draft');
request(static fn () => $becomes(21, 'pending'));
same('abandoned draft', [], $reports->next());
request(static fn () => $becomes(21, 'on-hold'));
same('placed draft', ['createOrder 21: 10, 158.31, of the browser'], $reports->next());

// An order from before the plugin: SPREAD may know it.
$shop->orders[30] = new WC_Order(30, 'on-hold');
request(static fn () => $becomes(30, 'cancelled'));
same('older', ['updateOrder 30: 0, 158.31, of the browser'], $reports->next());

// A copy of an order carries its meta along, such as the renewal of a subscription.
request(static function () use ($place, $shop): void {
    $place(31, 'on-hold')->saved = $shop->orders[20]->saved;
});
same('a copy', ['createOrder 31: 10, 158.31, of the browser'], $reports->next());

// The filters, and a trashed order that comes back.
add_filter('spread_woocommerce_states', static fn (array $states): array => ['shipped' => 50] + $states);
add_filter('spread_woocommerce_order', static fn (array $data, WC_Order $order): array => ['add_order_tag' => ["status {$order->get_status()}"]] + $data, 10, 2);
request(static fn () => $becomes(12, 'shipped'));
[[$method, $sent]] = $reports->bodies();
same('filtered', ['updateOrder', '50', ['status shipped']], [$method, $sent['data']['order_state'], $sent['data']['add_order_tag']]);
// WooCommerce saves the session at 20: a second click on "Place order" must not wait for SPREAD.
add_action('shutdown', static fn () => same('before the session is saved', [], $reports->next()), 20);
request(static fn () => $place(40, 'processing'));
same('after the session is saved', ['createOrder 40: 20, 158.31, of the browser'], $reports->next());
same('log', [], $shop->log);
?>
--EXPECT--
createOrder {
    "data": {
        "action": "order",
        "customer_email": "account@doe.com",
        "external_id": "7",
        "customer_name": "Doe",
        "customer_firstname": "John",
        "customer_address": "8, rue de la place",
        "customer_address2": "bâtiment A",
        "customer_cp": "76000",
        "customer_city": "Rouen",
        "customer_country": "FR",
        "customer_tel": "0235000000",
        "order_idorder": "1",
        "order_state": "20",
        "order_amount": "158.31",
        "order_crea_dt": "2014-06-21 14:31:08",
        "product_attributes": [
            [
                "product:Shirt & tie",
                "sku:SHIRT",
                "size:xl",
                "color:blue"
            ],
            [
                "product:Mug"
            ],
            [
                "product:No longer sold"
            ]
        ],
        "customer_cookie": "of the browser"
    },
    "request": {
        "order_idorder": "1"
    }
}
