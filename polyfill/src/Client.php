<?php

namespace Spread;

use Spread\Polyfill\Call;
use Spread\Polyfill\Caller;
use Spread\Polyfill\Options;
use Spread\Polyfill\Rules;

/** See stubs/spread.php. */
final class Client
{
    /** @var \Closure returns the settings: no cast and no export of the client shows a key */
    private $settings;

    public function __construct(
        $publicKey,
        #[\SensitiveParameter]
        $privateKey,
        array $options = []
    ) {
        $settings = Options::settings($publicKey, $privateKey, $options);
        $this->settings = static function () use ($settings) {
            return $settings;
        };
    }

    public function updateOrder(
        #[\SensitiveParameter]
        array $data,
        #[\SensitiveParameter]
        array $request
    ) {
        return Call::ofClient('updateOrder', $data, $request, $this->settings);
    }

    public function createOrder(
        #[\SensitiveParameter]
        array $data,
        #[\SensitiveParameter]
        array $request = []
    ) {
        return Call::ofClient('createOrder', $data, $request, $this->settings);
    }

    public function updateAccount(
        #[\SensitiveParameter]
        array $data,
        #[\SensitiveParameter]
        array $request = []
    ) {
        return Call::ofClient('updateAccount', $data, $request, $this->settings);
    }

    public function createAccount(
        #[\SensitiveParameter]
        array $data,
        #[\SensitiveParameter]
        array $request = []
    ) {
        return Call::ofClient('createAccount', $data, $request, $this->settings);
    }

    public function __debugInfo()
    {
        return [];
    }

    public function __wakeup()
    {
        throw Caller::place(new \Exception("Unserialization of 'Spread\\Client' is not allowed"));
    }

    public function __set($name, $value)
    {
        throw Caller::place(new \Error("Cannot create dynamic property Spread\\Client::\$$name"));
    }

    /** Always closed: processes share no circuit without the extension. */
    public function state()
    {
        return 'closed';
    }

    public function validateOrder(
        #[\SensitiveParameter]
        array $data,
        #[\SensitiveParameter]
        array $request
    ) {
        return Rules::check('updateOrder', $data, $request);
    }

    public function validateAccount(
        #[\SensitiveParameter]
        array $data,
        #[\SensitiveParameter]
        array $request = []
    ) {
        return Rules::check('updateAccount', $data, $request);
    }
}
