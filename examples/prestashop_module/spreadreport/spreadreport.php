<?php
/**
 * Reports orders and customer accounts to the SPREAD CRM.
 *
 * This module has not been run in a shop. It follows the hooks and classes of PrestaShop 8 and 9 as their code and
 * documentation describe them, and is tested with stand-ins for these classes.
 */

declare(strict_types=1);

use SpreadReport\Fields;

if (!defined('_PS_VERSION_')) {
    exit;
}

require_once __DIR__ . '/src/Fields.php';

class SpreadReport extends Module
{
    private const HOOKS = [
        'actionValidateOrder',
        'actionOrderStatusPostUpdate',
        'actionOrderEdited',
        'actionCustomerAccountAdd',
        'actionCustomerAccountUpdate',
        'actionAuthentication',
        'actionObjectAddressAddAfter',
        'actionObjectAddressUpdateAfter',
    ];

    private const KEYS = ['SPREAD_PUBLIC_KEY', 'SPREAD_PRIVATE_KEY'];

    /** @var array<int, array{before: ?int, after: ?int, edited: bool}> the orders of this request */
    private array $orders = [];

    /** @var array<int, string> the accounts of this request: what happened to them */
    private array $accounts = [];

    private bool $willReport = false;

    public function __construct()
    {
        $this->name = 'spreadreport';
        $this->tab = 'analytics_stats';
        $this->version = '1.0.0';
        $this->author = 'Example';
        $this->bootstrap = true;
        $this->ps_versions_compliancy = ['min' => '8.0.0', 'max' => '9.99.99'];

        parent::__construct();

        $this->displayName = $this->trans('SPREAD', [], 'Modules.Spreadreport.Admin');
        $this->description = $this->trans('Reports orders and accounts to the SPREAD CRM.', [], 'Modules.Spreadreport.Admin');
        if (!class_exists('Spread\Client')) {
            $this->warning = $this->trans('The PHP extension spread is not loaded: nothing is reported.', [], 'Modules.Spreadreport.Admin');
        }
    }

    public function isUsingNewTranslationSystem(): bool
    {
        return true;
    }

    public function install(): bool
    {
        return parent::install() && $this->registerHook(self::HOOKS);
    }

    public function uninstall(): bool
    {
        array_map([Configuration::class, 'deleteByName'], self::KEYS);

        return parent::uninstall();
    }

    /** @param array $params order (Order), orderStatus (OrderState), and others */
    public function hookActionValidateOrder(array $params): void
    {
        $this->noteOrder((int) $params['order']->id, null, $params['orderStatus'] ?? null);
    }

    /** @param array $params newOrderStatus, oldOrderStatus (OrderState, or null for the first status), id_order */
    public function hookActionOrderStatusPostUpdate(array $params): void
    {
        $this->noteOrder((int) $params['id_order'], $params['oldOrderStatus'] ?? null, $params['newOrderStatus'] ?? null);
    }

    /** @param array $params order (Order): the back office has changed its products */
    public function hookActionOrderEdited(array $params): void
    {
        $id = (int) $params['order']->id;
        $status = $params['order']->getCurrentOrderState();
        $this->noteOrder($id, $status, $status);
        $this->orders[$id]['edited'] = true;
    }

    /** @param array $params newCustomer (Customer) */
    public function hookActionCustomerAccountAdd(array $params): void
    {
        $this->noteAccount((int) $params['newCustomer']->id, 'signup');
    }

    /** @param array $params customer (Customer) */
    public function hookActionCustomerAccountUpdate(array $params): void
    {
        $this->noteAccount((int) $params['customer']->id, 'update');
    }

    /** @param array $params customer (Customer): a log-in */
    public function hookActionAuthentication(array $params): void
    {
        $this->noteAccount((int) $params['customer']->id, 'login');
    }

    /** @param array $params object (Address) */
    public function hookActionObjectAddressAddAfter(array $params): void
    {
        $this->noteAccount((int) $params['object']->id_customer, 'update');
    }

    /** @param array $params object (Address) */
    public function hookActionObjectAddressUpdateAfter(array $params): void
    {
        $this->noteAccount((int) $params['object']->id_customer, 'update');
    }

    /**
     * One checkout calls several hooks for an order: it is noted, and reported once when the request ends. The first
     * hook knows the state that SPREAD has, the last one the state that it gets.
     *
     * @param mixed $before OrderState; other modules call these hooks, too, and not all of them with objects
     * @param mixed $after OrderState
     */
    private function noteOrder(int $id, $before, $after): void
    {
        $this->reportAtEnd();
        $state = static fn ($status): ?int => $status instanceof OrderState && Validate::isLoadedObject($status) ? Fields::state($status) : null;
        $this->orders[$id] ??= ['before' => $state($before), 'after' => null, 'edited' => false];
        $this->orders[$id]['after'] = $state($after);
    }

    private function noteAccount(int $id, string $action): void
    {
        if ($id === 0) {
            return; // the address of a supplier or a brand
        }
        $this->reportAtEnd();
        if (($this->accounts[$id] ?? '') !== 'signup') { // a sign-up also logs in and gives an address
            $this->accounts[$id] = $action;
        }
    }

    private function reportAtEnd(): void
    {
        if (!$this->willReport) {
            $this->willReport = true;
            register_shutdown_function([$this, 'report']);
        }
    }

    public function report(): void
    {
        if (!class_exists('Spread\Client')) {
            return;
        }
        foreach ($this->accounts as $id => $action) {
            $this->attempt('Customer', $id, function () use ($id, $action): void {
                $customer = new Customer($id);
                if (Validate::isLoadedObject($customer) && !$customer->is_guest) { // a guest has no account
                    $data = Fields::account($customer, $action) + $this->cookie();
                    $client = $this->client((int) $customer->id_shop);
                    $action === 'signup' ? $client->createAccount($data) : $client->updateAccount($data);
                }
            });
        }
        foreach ($this->orders as $id => $note) {
            if ($note['before'] !== null && $note['before'] === $note['after'] && !$note['edited']) {
                continue; // from one paid status to another, say
            }
            $this->attempt('Order', $id, function () use ($id, $note): void {
                $order = new Order($id);
                $status = $order->getCurrentOrderState();
                if (!Validate::isLoadedObject($status)) {
                    return; // no status: not placed, or gone
                }
                $data = Fields::order($order, $note['after'] ?? Fields::state($status)) + $this->cookie();
                $request = ['order_idorder' => $data['order_idorder']];
                $client = $this->client((int) $order->id_shop);
                $note['before'] === null ? $client->createOrder($data, $request) : $client->updateOrder($data, $request);
            });
        }
        $this->orders = $this->accounts = [];
    }

    /** Neither a CRM that is down nor a wrong key may break the page. */
    private function attempt(string $type, int $id, callable $call): void
    {
        try {
            $call();
        } catch (Throwable $error) {
            PrestaShopLogger::addLog('SPREAD: ' . $error->getMessage(), 3, null, $type, $id, true);
        }
    }

    /**
     * The keys of one shop of several are in its settings, those of a single shop in php.ini or the environment. No
     * ini_set(): it cannot change keys that the server's configuration fixes, and the order would go out with them.
     */
    private function client(int $idShop): Spread\Client
    {
        $keys = [];
        foreach (self::KEYS as $name) {
            $keys[] = (string) Configuration::get($name, null, null, $idShop);
        }
        if ($keys === ['', '']) {
            foreach (self::KEYS as $number => $name) {
                $keys[$number] = (string) (ini_get(strtolower(strtr($name, ['SPREAD_' => 'spread.']))) ?: getenv($name));
            }
        }

        return new Spread\Client(...$keys);
    }

    /** In the back office the cookie is the employee's: SPREAD would take the customer for them. */
    private function cookie(): array
    {
        $cookie = $_COOKIE['sbt'] ?? '';

        return is_string($cookie) && $cookie !== '' && !defined('_PS_ADMIN_DIR_') ? ['customer_cookie' => $cookie] : [];
    }

    public function getContent(): string
    {
        $message = '';
        if (Tools::isSubmit('submit' . $this->name)) {
            foreach (self::KEYS as $name) {
                $key = trim((string) Tools::getValue($name));
                if ($name === 'SPREAD_PUBLIC_KEY' || $key !== '') { // the form does not show the private key
                    Configuration::updateValue($name, $key);
                }
            }
            if (trim((string) Tools::getValue('SPREAD_PUBLIC_KEY')) === '') {
                Configuration::updateValue('SPREAD_PRIVATE_KEY', ''); // back to the keys of php.ini
            }
            $message = $this->displayConfirmation($this->trans('Settings updated.', [], 'Admin.Notifications.Success'));
        }

        return $message . $this->form();
    }

    private function form(): string
    {
        $input = static fn (string $type, string $name, string $label, string $description): array => [
            'type' => $type,
            'name' => $name,
            'label' => $label,
            'desc' => $description,
        ];
        $helper = new HelperForm();
        $helper->table = $this->table;
        $helper->name_controller = $this->name;
        $helper->token = Tools::getAdminTokenLite('AdminModules');
        $helper->currentIndex = AdminController::$currentIndex . '&configure=' . $this->name;
        $helper->default_form_language = (int) Configuration::get('PS_LANG_DEFAULT');
        $helper->submit_action = 'submit' . $this->name;
        $helper->fields_value = ['SPREAD_PUBLIC_KEY' => Configuration::get('SPREAD_PUBLIC_KEY'), 'SPREAD_PRIVATE_KEY' => ''];

        return $helper->generateForm([['form' => [
            'legend' => ['title' => $this->trans('API keys', [], 'Modules.Spreadreport.Admin')],
            'input' => [
                $input('text', 'SPREAD_PUBLIC_KEY', $this->trans('Public key', [], 'Modules.Spreadreport.Admin'), $this->trans('Leave it empty to use spread.public_key and spread.private_key of php.ini.', [], 'Modules.Spreadreport.Admin')),
                $input('password', 'SPREAD_PRIVATE_KEY', $this->trans('Private key', [], 'Modules.Spreadreport.Admin'), $this->trans('Leave it empty to keep it.', [], 'Modules.Spreadreport.Admin')),
            ],
            'submit' => ['title' => $this->trans('Save', [], 'Admin.Actions')],
        ]]]);
    }
}
