<?php
namespace Opencart\System\Library\Extension\Spread;
/**
 * Class Report
 *
 * Notes the orders and accounts that a request changes, and reports each of them once when the request ends: one
 * checkout changes an order's status several times.
 */
class Report {
	private \Opencart\System\Library\Log $log;
	/**
	 * @var array<int, array<string, mixed>>
	 */
	private array $orders = [];
	/**
	 * @var array<int, array<string, mixed>>
	 */
	private array $accounts = [];

	/**
	 * Get
	 *
	 * @param \Opencart\System\Engine\Registry $registry
	 *
	 * @return self the report of this request
	 */
	public static function get(\Opencart\System\Engine\Registry $registry): self {
		if (!$registry->has('spread_report')) {
			$report = new self();
			$report->log = $registry->get('log');

			$registry->set('spread_report', $report);

			// OpenCart writes its session in such a function, too, and its was registered earlier.
			register_shutdown_function([$report, 'send']);
		}

		return $registry->get('spread_report');
	}

	/**
	 * Order
	 *
	 * @param array<string, mixed> $data   the fields of the order, without its state
	 * @param ?int                 $before the state before this change, null for a draft
	 * @param ?int                 $after
	 *
	 * @return void
	 */
	public function order(array $data, ?int $before, ?int $after): void {
		$order_id = (int)$data['order_idorder'];

		// The first change of the request knows the state that SPREAD has, the last one the state that it gets.
		$this->orders[$order_id] = ['data' => $data, 'after' => $after] + ($this->orders[$order_id] ?? []) + ['before' => $before];
	}

	/**
	 * Edited
	 *
	 * An order whose contents have changed is reported even if its state has not.
	 *
	 * @param int $order_id
	 *
	 * @return void
	 */
	public function edited(int $order_id): void {
		$this->orders[$order_id]['edited'] = true;
	}

	/**
	 * Account
	 *
	 * @param int      $customer_id
	 * @param string   $action
	 * @param callable $data        makes the fields for an action, when the request ends
	 *
	 * @return void
	 */
	public function account(int $customer_id, string $action, callable $data): void {
		// Who signs up is also logged in and gives an address.
		if (($this->accounts[$customer_id]['action'] ?? '') != 'signup') {
			$this->accounts[$customer_id] = ['action' => $action, 'data' => $data];
		}
	}

	/**
	 * Send
	 *
	 * @return void
	 */
	public function send(): void {
		foreach ($this->accounts as $account) {
			$this->call($account['action'] == 'signup' ? 'spread_create_account' : 'spread_update_account', fn() => [($account['data'])($account['action'])]);
		}

		foreach ($this->orders as $order_id => $order) {
			if (!isset($order['data']) || ($order['before'] === null && $order['after'] === null)) {
				continue;
			}

			if ($order['before'] === $order['after'] && empty($order['edited'])) {
				continue;
			}

			// An order that becomes a draft again is one no longer.
			$data = $order['data'] + ['order_state' => $order['after'] ?? 0];

			$this->call($order['before'] === null ? 'spread_create_order' : 'spread_update_order', fn() => [$data, ['order_idorder' => (string)$order_id]]);
		}

		$this->orders = $this->accounts = [];
	}

	/**
	 * Neither a CRM that is down nor a wrong setting may break the page. The extension itself writes failures to its
	 * log; this line is for the shop's own.
	 *
	 * @param callable-string           $function
	 * @param callable(): array<array>  $arguments
	 *
	 * @return void
	 */
	private function call(string $function, callable $arguments): void {
		try {
			// With @, for spread.error_mode = warning: OpenCart writes warnings into the page.
			$response = @$function(...$arguments());

			$error = spread_last_error();

			if ($response === false && $error) {
				$this->log->write('SPREAD: ' . $error->getMessage());
			}
		} catch (\Throwable $error) {
			$this->log->write('SPREAD: ' . $error->getMessage());
		}
	}
}
