<?php
namespace Opencart\Catalog\Controller\Extension\Spread\Event;

use Opencart\System\Library\Extension\Spread\Fields;
use Opencart\System\Library\Extension\Spread\Report;
/**
 * Class Spread
 *
 * Called by the events that the module registers. The back office changes orders by the same models, in a store
 * without cookies: an employee's sbt cookie is never sent.
 */
class Spread extends \Opencart\System\Engine\Controller {
	/**
	 * Add History
	 *
	 * catalog/model/checkout/order.addHistory/after: an order was placed, or its status changed.
	 *
	 * @param string       $route
	 * @param array<mixed> $args
	 * @param mixed        $output the id of the history; OpenCart 4.0 returns none
	 *
	 * @return void
	 */
	public function addHistory(string &$route, array &$args, mixed &$output): void {
		$order_history_id = $output ? (int)$output : (int)$this->db->getLastId();

		$this->load->model('checkout/order');

		$order = $this->isActive() ? $this->model_checkout_order->getOrder((int)$args[0]) : [];

		if (!$order) {
			return;
		}

		// The row before this one, and not the order's status before the call: of two requests that place the same
		// order at the same time, one has no row before its own.
		$query = $this->db->query("SELECT `order_status_id` FROM `" . DB_PREFIX . "order_history` WHERE `order_id` = '" . (int)$order['order_id'] . "' AND `order_history_id` < '" . $order_history_id . "' ORDER BY `order_history_id` DESC LIMIT 1");

		$products = [];

		foreach ($this->model_checkout_order->getProducts((int)$order['order_id']) as $product) {
			$products[] = ['option' => $this->model_checkout_order->getOptions((int)$order['order_id'], (int)$product['order_product_id'])] + $product;
		}

		$this->load->model('account/customer');

		$customer = $order['customer_id'] ? $this->model_account_customer->getCustomer((int)$order['customer_id']) : [];

		$data = Fields::order($order, $customer, $products) + $this->cookie();

		$states = (array)$this->config->get('module_spread_state');

		Report::get($this->registry)->order($data, Fields::state((int)($query->row['order_status_id'] ?? 0), $states), Fields::state((int)$order['order_status_id'], $states));
	}

	/**
	 * Edit Order
	 *
	 * catalog/model/checkout/order.editOrder/before: the back office changes the products or the customer.
	 *
	 * @param string       $route
	 * @param array<mixed> $args
	 *
	 * @return void
	 */
	public function editOrder(string &$route, array &$args): void {
		if ($this->isActive()) {
			Report::get($this->registry)->edited((int)$args[0]);
		}
	}

	/**
	 * Add Customer
	 *
	 * catalog/model/account/customer.addCustomer/after: a sign-up, also in the checkout.
	 *
	 * @param string       $route
	 * @param array<mixed> $args
	 * @param mixed        $output the customer's id
	 *
	 * @return void
	 */
	public function addCustomer(string &$route, array &$args, mixed &$output): void {
		$this->account((int)$output, 'signup');
	}

	/**
	 * Add Login
	 *
	 * catalog/model/account/customer.addLogin/after
	 *
	 * @param string       $route
	 * @param array<mixed> $args
	 *
	 * @return void
	 */
	public function addLogin(string &$route, array &$args): void {
		$this->account((int)$args[0], 'login');
	}

	/**
	 * Edit Customer
	 *
	 * After the customer changed their account, newsletter or address.
	 *
	 * @param string       $route
	 * @param array<mixed> $args
	 *
	 * @return void
	 */
	public function editCustomer(string &$route, array &$args): void {
		$this->account((int)$this->customer->getId(), 'update');
	}

	private function account(int $customer_id, string $action): void {
		if (!$customer_id || !$this->isActive()) {
			return;
		}

		Report::get($this->registry)->account($customer_id, $action, function(string $action) use ($customer_id): array {
			$this->load->model('account/customer');
			$this->load->model('account/address');

			$addresses = $this->model_account_address->getAddresses($customer_id);

			// The default address comes first.
			usort($addresses, fn(array $a, array $b): int => (int)$b['default'] <=> (int)$a['default']);

			return Fields::account($this->model_account_customer->getCustomer($customer_id), $addresses[0] ?? [], $action, (string)$this->config->get('config_language')) + $this->cookie();
		});
	}

	private function isActive(): bool {
		return $this->config->get('module_spread_status') && function_exists('spread_update_order');
	}

	/**
	 * @return array<string, string> the cookie that links the customer to the visits of this browser
	 */
	private function cookie(): array {
		$cookie = (string)($this->request->cookie['sbt'] ?? '');
		$route = (string)($this->request->get['route'] ?? '');

		return $cookie !== '' && !str_starts_with($route, 'api/') ? ['customer_cookie' => html_entity_decode($cookie, ENT_QUOTES, 'UTF-8')] : [];
	}
}
