<?php
/*
 * Tests the polyfill on a PHP that cannot read the tests: this file, prepended to a test, declares the
 * functions and classes and forwards each call to a process of SPREAD_POLYFILL_PHP, which runs serve.php.
 *
 * A call carries the settings: the environment, constants, php.ini and where the log goes. A case of an
 * enum is forwarded as its value: older PHPs have no enums.
 */
declare(strict_types=1);

namespace {
    spl_autoload_register(static function (string $class): void {
        if (preg_match('/^Spread\\\\(\w*Exception|OrderState)$/', $class, $found)) {
            require __DIR__ . "/../../../polyfill/src/$found[1].php";
        }
    });

    function spread_update_order(array $data, array $request): mixed
    {
        return SpreadForwarder::call(__FUNCTION__, [$data, $request]);
    }

    function spread_create_order(array $data, array $request = []): mixed
    {
        return SpreadForwarder::call(__FUNCTION__, [$data, $request]);
    }

    function spread_update_account(array $data, array $request = []): mixed
    {
        return SpreadForwarder::call(__FUNCTION__, [$data, $request]);
    }

    function spread_create_account(array $data, array $request = []): mixed
    {
        return SpreadForwarder::call(__FUNCTION__, [$data, $request]);
    }

    function spread_encode_order(array $data, array $request): string
    {
        return SpreadForwarder::call(__FUNCTION__, [$data, $request]);
    }

    function spread_validate_order(array $data, array $request): array
    {
        return SpreadForwarder::call(__FUNCTION__, [$data, $request]);
    }

    function spread_validate_account(array $data, array $request = []): array
    {
        return SpreadForwarder::call(__FUNCTION__, [$data, $request]);
    }

    function spread_last_error(): ?Spread\Exception
    {
        return SpreadForwarder::$lastError;
    }

    final class SpreadForwarder
    {
        public static ?Spread\Exception $lastError = null;
        private static int $owner = 0;
        /** @var list<resource> */
        private static array $pipes = [];
        /** @var ?resource */
        private static $process = null;

        public static function call(string $function, array $arguments, array $client = []): mixed
        {
            if (self::$owner !== getmypid()) {
                self::start();
            }
            array_walk_recursive($arguments, static function (mixed &$value): void {
                $value = $value instanceof BackedEnum ? $value->value : $value;
            });
            $constants = array_filter(get_defined_constants(true)['user'] ?? [], static fn (string $name) => str_starts_with($name, 'SPREAD_'), ARRAY_FILTER_USE_KEY);
            $settings = array_map(ini_get(...), ['error_log' => 'error_log', 'log_errors' => 'log_errors', 'precision' => 'precision', 'arg_separator.output' => 'arg_separator.output']);
            $call = [$function, $arguments, $client, getenv(), $constants, $settings];
            fwrite(self::$pipes[0], base64_encode(serialize($call)) . "\n");
            $line = fgets(self::$pipes[1]);
            if ($line === false) {
                throw new RuntimeException('the process of ' . getenv('SPREAD_POLYFILL_PHP') . ' has ended');
            }
            [$kind, $value, $last, $warnings] = unserialize(base64_decode($line));
            $thrown = $kind === 'thrown' ? self::exception($value) : null;
            if ($last !== 'the same') {
                self::$lastError = $last === null ? null : ($thrown instanceof Spread\Exception ? $thrown : self::exception($last));
            }
            foreach ($warnings as [$level, $message]) {
                trigger_error($message, $level);
            }
            return $thrown === null ? $value : throw $thrown;
        }

        private static function start(): void
        {
            $command = [getenv('SPREAD_POLYFILL_PHP')];
            foreach (['openssl.cafile', 'curl.cainfo'] as $name) {
                array_push($command, '-d', "$name=" . ini_get($name));
            }
            foreach (['endpoint', 'public_key', 'private_key', 'connect_timeout', 'timeout', 'auth', 'max_redirects', 'ca_file', 'proxy', 'error_mode', 'log_failures', 'log', 'outbox', 'delivery', 'circuit_breaker'] as $name) {
                if (get_cfg_var("spread.$name") !== false) {
                    array_push($command, '-d', "spread.$name=\"" . get_cfg_var("spread.$name") . '"');
                }
            }
            array_push($command, __DIR__ . '/serve.php');
            self::$process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], STDERR], self::$pipes);
            self::$owner = getmypid();
            register_shutdown_function(self::stop(...));
        }

        /** The process ends when it has sent what it was to send after the response. */
        private static function stop(): void
        {
            if (self::$owner === getmypid()) {
                // Not closed: servers that the test has forked hold the pipe open, too.
                fwrite(self::$pipes[0], "\n");
                proc_close(self::$process);
            }
        }

        private static function exception(array $facts): Throwable
        {
            [$class, $message, $code, $response, $retryable, $retryAfter] = $facts;
            $exception = new $class($message, $code);
            if ($exception instanceof Spread\Exception) {
                (function () use ($response, $retryable, $retryAfter): void {
                    [$this->response, $this->retryable, $this->retryAfter] = [$response, $retryable, $retryAfter];
                })->bindTo($exception, Spread\Exception::class)();
            }
            return $exception;
        }
    }
}

namespace Spread {
    final class Client
    {
        private readonly array $arguments;

        public function __construct(string $publicKey, #[\SensitiveParameter] string $privateKey, array $options = [])
        {
            $this->arguments = [$publicKey, $privateKey, $options];
            \SpreadForwarder::call('new', [], $this->arguments);
        }

        public function updateOrder(array $data, array $request): mixed
        {
            return $this->call(__FUNCTION__, $data, $request);
        }

        public function createOrder(array $data, array $request = []): mixed
        {
            return $this->call(__FUNCTION__, $data, $request);
        }

        public function updateAccount(array $data, array $request = []): mixed
        {
            return $this->call(__FUNCTION__, $data, $request);
        }

        public function createAccount(array $data, array $request = []): mixed
        {
            return $this->call(__FUNCTION__, $data, $request);
        }

        public function validateOrder(array $data, array $request): array
        {
            return $this->call(__FUNCTION__, $data, $request);
        }

        public function validateAccount(array $data, array $request = []): array
        {
            return $this->call(__FUNCTION__, $data, $request);
        }

        public function state(): string
        {
            return $this->call(__FUNCTION__);
        }

        private function call(string $method, array ...$arguments): mixed
        {
            return \SpreadForwarder::call($method, $arguments, $this->arguments);
        }
    }
}
