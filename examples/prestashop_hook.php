<?php
/*
 * A PrestaShop module that reports an order whenever its status changes. Install it as
 * modules/spreadorders/spreadorders.php. It reads the keys of the order's shop:
 *
 *     Configuration::updateValue('SPREAD_PUBLIC_KEY', '…', false, $id_shop_group, $id_shop);
 *     Configuration::updateValue('SPREAD_PRIVATE_KEY', '…', false, $id_shop_group, $id_shop);
 *
 * The hook exists since PrestaShop 1.6, and the syntax is from that time. The extension needs PHP 8.1.
 */
if (!defined('_PS_VERSION_')) {
    exit; // not inside PrestaShop
}

class SpreadOrders extends Module
{
    public function __construct()
    {
        $this->name = 'spreadorders';
        $this->tab = 'analytics_stats';
        $this->version = '1.0.0';
        $this->author = 'Example';
        parent::__construct();
        $this->displayName = 'SPREAD orders';
        $this->description = 'Reports orders to the SPREAD CRM.';
    }

    public function install()
    {
        return parent::install() && $this->registerHook('actionOrderStatusPostUpdate');
    }

    /** @param array $params newOrderStatus (OrderState), id_order (int) */
    public function hookActionOrderStatusPostUpdate($params)
    {
        if (!class_exists('Spread\\Client')) {
            return; // a server without the extension: the order status still changes
        }
        $order = new Order((int) $params['id_order']);
        $data = $this->data($order, $params['newOrderStatus']);
        $request = array('order_idorder' => $data['order_idorder']);

        // A client, because ini_set() cannot change keys that the server's configuration fixes (php_admin_value):
        // the order would go out with the keys of another shop.
        $public_key = (string) Configuration::get('SPREAD_PUBLIC_KEY', null, null, $order->id_shop);
        $private_key = (string) Configuration::get('SPREAD_PRIVATE_KEY', null, null, $order->id_shop);
        try {
            $client = new Spread\Client($public_key, $private_key, array('timeout' => 3)); // a customer may be waiting
            $client->updateOrder($data, $request);
        } catch (Throwable $error) { // neither a CRM that is down nor a wrong key may break the order
            PrestaShopLogger::addLog($error->getMessage(), 3, null, 'Order', (int) $order->id, true);
        }
    }

    private function data($order, $status)
    {
        $customer = new Customer((int) $order->id_customer);
        $address = new Address((int) $order->id_address_invoice);
        $data = array(
            'action' => 'order',
            'customer_email' => $customer->email,
            'external_id' => (string) $customer->id,
            'customer_name' => $customer->lastname,
            'customer_firstname' => $customer->firstname,
            'customer_isoptin' => $customer->newsletter ? '1' : '0',
            'customer_address' => $address->address1,
            'customer_address2' => $address->address2,
            'customer_cp' => $address->postcode,
            'customer_city' => $address->city,
            'customer_country' => Country::getIsoById((int) $address->id_country) ?: '',
            'customer_tel' => $address->phone,
            'customer_mobile' => $address->phone_mobile,
            'customer_company' => $address->company,
            'order_idorder' => (string) $order->id,
            'order_state' => $this->state($status),
            'order_amount' => (float) $order->total_paid,
            'order_crea_dt' => gmdate('Y-m-d H:i:s', strtotime($order->date_add)), // PrestaShop stores local time
        );
        foreach ($order->getProducts() as $product) {
            $data['product_attributes'][] = array('reference:' . $product['product_reference']);
        }
        // In the back office this cookie is the employee's: SPREAD would take the customer for them.
        if (isset($_COOKIE['sbt']) && !defined('_PS_ADMIN_DIR_')) {
            $data['customer_cookie'] = $_COOKIE['sbt'];
        }
        return $data;
    }

    /** The documented state of a PrestaShop status. */
    private function state($status)
    {
        $lost = array(Configuration::get('PS_OS_CANCELED'), Configuration::get('PS_OS_REFUND'), Configuration::get('PS_OS_ERROR'));
        if (in_array((int) $status->id, array_map('intval', $lost), true)) {
            return 0;
        }
        if ((int) $status->id === (int) Configuration::get('PS_OS_DELIVERED')) {
            return 100;
        }
        if ($status->shipped) {
            return 50;
        }
        return $status->paid ? 20 : 10;
    }
}
