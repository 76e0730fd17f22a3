<?php
namespace Opencart\Admin\Controller\Extension\Spread\Module;

use Opencart\System\Library\Extension\Spread\Fields;
use Opencart\System\Library\Extension\Spread\Report;
/**
 * Class Spread
 *
 * The settings page, and the events of the back office.
 */
class Spread extends \Opencart\System\Engine\Controller {
	/**
	 * The ? stands for the dot before the method. OpenCart 4.0 has a slash there.
	 */
	private const EVENTS = [
		'catalog/model/checkout/order?addHistory/after'       => 'extension/spread/event/spread.addHistory',
		'catalog/model/checkout/order?editOrder/before'       => 'extension/spread/event/spread.editOrder',
		'catalog/model/account/customer?addCustomer/after'    => 'extension/spread/event/spread.addCustomer',
		'catalog/model/account/customer?addLogin/after'       => 'extension/spread/event/spread.addLogin',
		'catalog/model/account/customer?editCustomer/after'   => 'extension/spread/event/spread.editCustomer',
		'catalog/model/account/customer?editNewsletter/after' => 'extension/spread/event/spread.editCustomer',
		'catalog/model/account/address?addAddress/after'      => 'extension/spread/event/spread.editCustomer',
		'catalog/model/account/address?editAddress/after'     => 'extension/spread/event/spread.editCustomer',
		'admin/model/sale/order?deleteOrder/before'           => 'extension/spread/module/spread.deleteOrder'
	];

	/**
	 * Index
	 *
	 * @return void
	 */
	public function index(): void {
		$this->load->language('extension/spread/module/spread');

		$this->document->setTitle($this->language->get('heading_title'));

		$token = 'user_token=' . $this->session->data['user_token'];

		$data['save'] = $this->url->link('extension/spread/module/spread.save', $token);
		$data['back'] = $this->url->link('marketplace/extension', $token . '&type=module');

		$data['module_spread_status'] = $this->config->get('module_spread_status');

		// The keys are in php.ini or the environment, never in the database.
		if (!extension_loaded('spread')) {
			$data['warning'] = $this->language->get('error_extension');
		} elseif (!(ini_get('spread.public_key') ?: getenv('SPREAD_PUBLIC_KEY')) || !(ini_get('spread.private_key') ?: getenv('SPREAD_PRIVATE_KEY'))) {
			$data['warning'] = $this->language->get('error_keys');
		} else {
			$data['warning'] = '';
		}

		$this->load->model('localisation/order_status');

		$data['order_statuses'] = [];

		foreach ($this->model_localisation_order_status->getOrderStatuses() as $order_status) {
			$data['order_statuses'][] = [
				'state' => Fields::state((int)$order_status['order_status_id'], (array)$this->config->get('module_spread_state'))
			] + $order_status;
		}

		$data['states'] = [];

		foreach ([10, 20, 50, 100, 0] as $state) {
			$data['states'][$state] = $this->language->get('text_state_' . $state);
		}

		$data['header'] = $this->load->controller('common/header');
		$data['column_left'] = $this->load->controller('common/column_left');
		$data['footer'] = $this->load->controller('common/footer');

		$this->response->setOutput($this->load->view('extension/spread/module/spread', $data));
	}

	/**
	 * Save
	 *
	 * @return void
	 */
	public function save(): void {
		$this->load->language('extension/spread/module/spread');

		$json = [];

		if (!$this->user->hasPermission('modify', 'extension/spread/module/spread')) {
			$json['error'] = $this->language->get('error_permission');
		}

		if (!$json) {
			$this->load->model('setting/setting');

			$this->model_setting_setting->editSetting('module_spread', [
				'module_spread_status' => (int)!empty($this->request->post['module_spread_status']),
				'module_spread_state'  => array_map('intval', (array)($this->request->post['module_spread_state'] ?? []))
			]);

			$json['success'] = $this->language->get('text_success');
		}

		$this->response->addHeader('Content-Type: application/json');
		$this->response->setOutput(json_encode($json));
	}

	/**
	 * Install
	 *
	 * @return void
	 */
	public function install(): void {
		if (!$this->user->hasPermission('modify', 'extension/module')) {
			return;
		}

		$this->load->model('setting/event');

		foreach (self::EVENTS as $trigger => $action) {
			$this->model_setting_event->addEvent([
				'code'        => 'spread',
				'description' => 'Reports orders and accounts to SPREAD.',
				'trigger'     => $trigger,
				'action'      => $action,
				'status'      => 1,
				'sort_order'  => 0
			]);
		}

		$this->load->model('setting/setting');

		$this->model_setting_setting->editSetting('module_spread', ['module_spread_status' => 1]);
	}

	/**
	 * Uninstall
	 *
	 * @return void
	 */
	public function uninstall(): void {
		if ($this->user->hasPermission('modify', 'extension/module')) {
			$this->load->model('setting/event');

			$this->model_setting_event->deleteEventByCode('spread');
		}
	}

	/**
	 * Delete Order
	 *
	 * admin/model/sale/order.deleteOrder/before: SPREAD cannot delete an order, but knows cancelled ones.
	 *
	 * @param string       $route
	 * @param array<mixed> $args
	 *
	 * @return void
	 */
	public function deleteOrder(string &$route, array &$args): void {
		if (!$this->config->get('module_spread_status') || !function_exists('spread_update_order')) {
			return;
		}

		$this->load->model('sale/order');

		$order = $this->model_sale_order->getOrder((int)$args[0]);

		if ($order) {
			$states = (array)$this->config->get('module_spread_state');

			Report::get($this->registry)->order(Fields::order($order), Fields::state((int)$order['order_status_id'], $states), $order['order_status_id'] ? 0 : null);
		}
	}
}
