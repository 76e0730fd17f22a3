<?php
/*
 * Passes any value to every function, setting and exception class, and reports undocumented outcomes.
 * For torture.phpt.
 */
declare(strict_types=1);

final class Torture
{
    private const EXCEPTIONS = ['Exception', 'ConfigurationException', 'ConnectionException', 'TimeoutException', 'ResponseException', 'AuthenticationException'];
    private const SETTINGS = [
        'endpoint', 'public_key', 'private_key', 'connect_timeout', 'timeout', 'auth', 'max_redirects', 'ca_file', 'proxy', 'error_mode', 'log_failures',
        'outbox', 'delivery', 'credentials_file',
    ];
    private const PRIVATE_KEY = 'never shown 4711';
    /** Relative frequency of each kind of trial. */
    private const KINDS = ['update' => 30, 'client' => 10, 'encode' => 40, 'validate' => 10, 'last_error' => 5, 'drain' => 5, 'status' => 2, 'setting' => 15, 'exception' => 20, 'reflection' => 1];

    private readonly AnyValues $any;
    /** @var list<string> */
    private array $endpoints;
    /** The only outboxes that are opened. @var list<string> */
    private array $outboxes;
    /** @var list<string> */
    private array $kinds = [];
    /** @var resource */
    private $report;
    private array $seen = [];
    private int $values = 0;
    private int $problems = 0;

    public function __construct(private readonly int $seed, Server $server, string $report, string $directory)
    {
        ini_restore('spread.endpoint');
        if (!str_starts_with(ini_get('spread.endpoint'), 'http://127.0.0.1:')) {
            throw new LogicException('restored settings would send these values to SPREAD');
        }
        $this->any = new AnyValues($seed);
        $closed = new Closed();
        $this->endpoints = [$server->url(), ...array_fill(0, 4, $closed->url('http')), $closed->url('https')];
        $mysql = 'mysql://shop:' . rawurlencode(self::PRIVATE_KEY) . '@' . substr($closed->url('tcp'), strlen('tcp://'), -strlen('/api/updateOrder')) . '/shop';
        $this->outboxes = ["sqlite:$directory/outbox.db", "sqlite:$directory/another.db?synchronous=normal", "sqlite:$directory/missing/outbox.db", $mysql];
        foreach (self::KINDS as $kind => $times) {
            array_push($this->kinds, ...array_fill(0, $times, $kind));
        }
        $this->report = fopen($report, 'w');
        // Random proxies must not be resolved.
        putenv('no_proxy=*');
        ini_set('error_log', '/dev/null');
        ini_set('memory_limit', '512M');
        // Passed values may be endless when printed.
        ini_set('zend.exception_ignore_args', '1');
    }

    /** The server's answer: any status, and valid or damaged JSON. */
    public static function answer(array $request): string
    {
        mt_srand(crc32($request['path'] . $request['body']));
        $status = [200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 408, 429, 500, 503][mt_rand(0, 13)];
        $headers = [
            [],
            ['WWW-Authenticate: Digest realm="r", nonce="' . mt_rand() . '", qop="auth"'],
            ['WWW-Authenticate: Negotiate, Basic realm="r"', 'Retry-After: ' . mt_rand(0, 1000)],
            ['Location: /' . mt_rand(), 'Connection: close'],
        ][mt_rand(0, 3)];
        return answer($status, $headers, $status === 204 ? '' : RandomJson::damaged(mt_rand()));
    }

    public function run(int $values): void
    {
        $measured = [];
        while ($this->values < $values && $this->problems < 5) {
            rewind($this->report);
            fwrite($this->report, sprintf('%8d', $this->values));
            $kind = $this->kinds[mt_rand(0, count($this->kinds) - 1)];
            $this->seen[$kind] = true;
            $this->$kind();
            if (count($measured) < 2 && $this->values > $values / 5 * (1 + 2 * count($measured))) {
                $measured[] = $this->memory();
            }
        }
        if (count($measured) === 2) {
            [[$first, $resident], [$second], [$third, $resident_now]] = [...$measured, $this->memory()];
            // A leak shows in both halves. PHP's own tables grow once, by 40 KiB and more.
            $kept = min($second - $first, $third - $second);
            $this->check('PHP memory kept', $kept < 24 * 1024, "$kept bytes");
            $this->check('resident memory kept', $resident_now - $resident < 16 * 1024, ($resident_now - $resident) . ' KiB');
        }
        $kinds = implode(', ', array_intersect(array_keys(self::KINDS), array_keys($this->seen)));
        echo $this->problems === 0 ? $values : $this->values, " values: $kinds\n";
    }

    // ------------------------------------------------------------------------------------ trials

    private function encode(): void
    {
        [$how, $arguments] = $this->call_of_two();
        $encoded = self::outcome(static fn () => @self::call('spread_encode_order', $how, $arguments));
        if ($this->is_refused_call('spread_encode_order', $arguments, $encoded)) {
            return;
        }
        $order = self::named($arguments);
        if (is_string($encoded)) {
            $expected = self::outcome(static fn () => @http_build_query($order));
            $this->check('encoded as PHP does', $encoded === $expected, self::cut($expected) . ' and ' . self::cut($encoded));
        } elseif (!self::is_too_deep($encoded)) {
            // An unconstructed object of a built-in class throws the same error as with http_build_query().
            $expected = self::outcome(static fn () => @http_build_query($order));
            $this->check(
                'refused as PHP does',
                $encoded instanceof Throwable && $expected instanceof Throwable && $encoded::class === $expected::class,
                self::cut($expected) . ' and ' . self::cut($encoded),
            );
        }
    }

    private function update(): void
    {
        ini_set('spread.endpoint', $this->endpoints[mt_rand(0, count($this->endpoints) - 1)]);
        if (mt_rand(0, 3)) {
            configure(public_key: 'shop', private_key: self::PRIVATE_KEY, timeout: '5', connect_timeout: '2', proxy: '');
        }
        if (mt_rand(0, 9) === 0) {
            configure(outbox: $this->outboxes[mt_rand(0, 1)], delivery: ['direct', 'deferred'][mt_rand(0, 1)], credentials_file: '');
        }
        [$how, $arguments] = $this->call_of_two();
        $handler = mt_rand(0, 4) === 0;
        if ($handler) {
            set_error_handler(static fn (int $level, string $message) => throw new ErrorException($message, 0, $level));
        }
        $answer = self::outcome(static fn () => $handler ? self::call('spread_update_order', $how, $arguments) : @self::call('spread_update_order', $how, $arguments));
        if ($handler) {
            restore_error_handler();
        }
        if ($this->is_refused_call('spread_update_order', $arguments, $answer) || self::is_too_deep($answer)) {
            return;
        }
        $error = spread_last_error();
        if ($answer instanceof ErrorException) {
            // http_build_query() throws the same error for an invalid property name.
            $known = $answer->getMessage() === 'Illegal member variable name' || str_contains($answer->getMessage(), (string) $error?->getMessage());
            $this->check('a warning of a failure', $known, self::cut($answer));
        } elseif ($answer instanceof Spread\Exception) {
            $this->check('throws the last error', $answer === $error);
        } elseif ($answer instanceof Throwable) {
            $order = self::named($arguments);
            $expected = self::outcome(static fn () => @http_build_query($order));
            $this->check('refused as PHP does', $expected instanceof Throwable && $expected::class === $answer::class, self::cut($answer));
        } elseif ($error !== null) {
            // True: the order is kept.
            $kept = $answer === true && ini_get('spread.outbox') !== '';
            $this->check('false after a failure', $answer === false || $kept, self::cut($answer));
        }
        if ($error !== null) {
            $this->check_failure($error);
        }
    }

    private function client(): void
    {
        $keys = mt_rand(0, 3) ? ['shop', self::PRIVATE_KEY] : [$this->any->value(), $this->any->value()];
        $options = ['endpoint' => $this->endpoints[mt_rand(0, count($this->endpoints) - 1)], 'proxy' => ''];
        for ($count = mt_rand(0, 2); $count > 0; $count--) {
            $name = mt_rand(0, 4) ? self::SETTINGS[mt_rand(0, count(self::SETTINGS) - 1)] : $this->any->string();
            $options[$name] = $this->setting_value($name);
        }
        if (mt_rand(0, 4) === 0) {
            $options = $this->any->value();
            if (is_array($options)) {
                $options['endpoint'] = $this->endpoints[1];
            }
        }
        $this->values += 3;
        $client = self::outcome(static fn () => match (mt_rand(0, 9)) {
            0 => @unserialize('O:13:"Spread\Client":0:{}'),
            1 => (new ReflectionClass('Spread\Client'))->newInstanceWithoutConstructor(),
            2 => clone new Spread\Client('shop', self::PRIVATE_KEY, ['endpoint' => $options['endpoint'] ?? 'x']),
            3 => @new Spread\Client(...[...$keys, $options, 1]),
            default => @new Spread\Client(...$keys, options: $options),
        });
        if (!$client instanceof Spread\Client) {
            $documented = $client === false || $client instanceof Error || $client instanceof Exception;
            $this->check('client made', $documented, self::cut($client));
            $this->check('no key in it', !$client instanceof Throwable || !str_contains($client->getMessage(), self::PRIVATE_KEY), self::cut($client));
            return;
        }
        ob_start();
        var_dump($client);
        print_r((array) $client);
        $this->check('no key in a dump', !str_contains(ob_get_clean(), self::PRIVATE_KEY));
        $again = self::outcome(static fn () => $client->__construct(...$keys));
        $this->check('made again', $again === null || $again instanceof Throwable, self::cut($again));
        [, $arguments] = $this->call_of_two();
        // Constructed again, it has the endpoint of the settings.
        ini_restore('spread.endpoint');
        $answer = self::outcome(static fn () => @$client->updateOrder(...$arguments));
        if ($answer instanceof Spread\Exception) {
            $this->check('thrown what is remembered', $answer === spread_last_error(), self::cut($answer));
            $this->check_failure($answer);
        }
    }

    private function validate(): void
    {
        [$how, $arguments] = $this->call_of_two();
        $findings = self::outcome(static fn () => @self::call('spread_validate_order', $how, $arguments));
        if ($this->is_refused_call('spread_validate_order', $arguments, $findings)) {
            return;
        }
        $this->check('findings', is_array($findings) && array_is_list($findings), self::cut($findings));
        foreach (is_array($findings) ? $findings : [] as $finding) {
            $known = array_keys($finding) === ['field', 'rule', 'severity', 'message'] && array_filter($finding, is_string(...)) === $finding
                && in_array($finding['severity'], ['error', 'warning'], true) && !in_array('', $finding, true);
            $this->check('a finding', $known, self::cut(json_encode($finding)));
            $this->check('one sentence', !preg_match('/[\x00-\x1f\x7f]/', $finding['message']) && preg_match('//u', $finding['message']), self::cut($finding['message']));
        }
    }

    private function last_error(): void
    {
        $arguments = $this->arguments(mt_rand(0, 2));
        $error = self::outcome(static fn () => spread_last_error(...$arguments));
        if ($arguments === []) {
            $this->check('null or an exception', $error === null || $error instanceof Spread\Exception, self::cut($error));
        } else {
            $this->check('no argument', $error instanceof ArgumentCountError, self::cut($error));
        }
    }

    private function drain(): void
    {
        $count = mt_rand(0, 9) ? mt_rand(0, 2) : 3;
        // A number in half of the cases.
        $arguments = array_map(fn (mixed $value): mixed => mt_rand(0, 1) ? $value : [1, 0, 3, '2', 0.5, -1, 1e5, NAN][mt_rand(0, 7)], $this->arguments($count));
        $done = self::outcome(static fn () => @spread_outbox_drain(...$arguments));
        if ($count > 2) {
            $this->check('drain: count', $done instanceof ArgumentCountError, self::cut($done));
        } elseif (is_array($done)) {
            $this->check('drain: what was done', array_keys($done) === ['delivered', 'failed', 'refused', 'expired', 'pending'] && array_filter($done, static fn (mixed $count): bool => !is_int($count) || $count < 0) === []);
        } elseif ($done instanceof Spread\Exception) {
            $this->check('drain: thrown what is remembered', $done === spread_last_error(), self::cut($done));
            $this->check('drain: class', $done instanceof Spread\ConfigurationException || $done instanceof Spread\ConnectionException, self::cut($done));
            $this->check_failure($done);
        } else {
            $refused = $done instanceof TypeError || $done instanceof ValueError;
            $this->check('drain: refused', $refused && str_contains($done->getMessage(), 'spread_outbox_drain(): Argument #'), self::cut($done));
        }
    }

    private function status(): void
    {
        $arguments = $this->arguments(mt_rand(0, 4) === 0 ? 1 : 0);
        $status = self::outcome(static fn () => @spread_outbox_status(...$arguments));
        if ($arguments !== []) {
            $this->check('status: no argument', $status instanceof ArgumentCountError, self::cut($status));
        } elseif (is_array($status)) {
            $this->check('status: keys', array_keys($status) === ['outbox', 'pending', 'in_flight', 'refused', 'expired', 'oldest_seconds', 'key_pairs']);
        } else {
            $this->check('status: thrown what is remembered', $status instanceof Spread\Exception && $status === spread_last_error(), self::cut($status));
        }
    }

    private function setting(): void
    {
        $name = self::SETTINGS[mt_rand(0, count(self::SETTINGS) - 1)];
        if (mt_rand(0, 4) === 0) {
            ini_restore("spread.$name");
            return;
        }
        $value = $this->setting_value($name);
        $before = ini_get("spread.$name");
        // PHP 8.5 warns of NAN as text.
        $set = self::outcome(static fn () => @ini_set("spread.$name", $value));
        if ($value !== null && !is_scalar($value)) {
            $this->check("$name takes no " . get_debug_type($value), $set instanceof TypeError, self::cut($set));
            return;
        }
        $this->check("$name was", $set === $before, self::cut($set));
        $now = $name === 'private_key' ? null : @(string) $value;
        $this->check("$name is", $now === null || ini_get("spread.$name") === $now, self::cut(ini_get("spread.$name")));
        if (mt_rand(0, 2) === 0) {
            $answer = self::outcome(fn () => @spread_update_order([], []));
            $error = spread_last_error();
            $kept = $answer === true && ini_get('spread.outbox') !== '';
            $this->check("$name used", $answer === false || $answer === $error || $error === null || $kept, self::cut($answer));
            if ($error !== null) {
                $this->check_failure($error);
            }
        }
        if (mt_rand(0, 3) === 0) {
            foreach (self::SETTINGS as $name) {
                ini_restore("spread.$name");
            }
        }
    }

    private function exception(): void
    {
        $class = 'Spread\\' . self::EXCEPTIONS[mt_rand(0, count(self::EXCEPTIONS) - 1)];
        $arguments = $this->arguments(mt_rand(0, 4));
        $exception = match (mt_rand(0, 5)) {
            0 => (new ReflectionClass($class))->newInstanceWithoutConstructor(),
            1 => self::outcome(static fn () => @unserialize(self::damaged(serialize(new $class('text', 5))))),
            2 => self::outcome(static fn () => unserialize(serialize(new $class('text', 5)))),
            3 => self::outcome(static fn () => new class (...$arguments) extends Spread\AuthenticationException {
                public mixed $response = 'of the child';

                public function __construct(mixed ...$ignored)
                {
                }

                public function __get(string $name): mixed
                {
                    throw new LogicException("__get($name)");
                }
            }),
            default => self::outcome(static fn () => new $class(...$arguments)),
        };
        if (!$exception instanceof Spread\Exception) {
            // An Error about the arguments, or the result of damaged text.
            $this->check("$class made", $exception === false || is_object($exception), self::cut($exception));
            return;
        }
        $this->check_getters($exception);
        foreach (['getResponse', 'isRetryable', 'getRetryAfter'] as $method) {
            $result = self::outcome(static fn () => $exception->$method(...$arguments));
            $this->check("$method()", $arguments === [] || $result instanceof ArgumentCountError, self::cut($result));
        }
        $clone = self::outcome(static fn () => clone $exception);
        $this->check('no clone', $clone instanceof Error, self::cut($clone));
        ob_start();
        self::outcome(static fn () => @var_dump($exception));
        self::outcome(static fn () => print_r((array) $exception));
        self::outcome(static fn () => @print (string) $exception);
        ob_end_clean();
        self::outcome(static fn () => @json_encode($exception));
        $thrown = self::outcome(static fn () => throw $exception);
        $this->check('thrown', $thrown === $exception, self::cut($thrown));
        $this->any_properties($exception);
    }

    private function reflection(): void
    {
        $this->values++;
        $extension = new ReflectionExtension('spread');
        (string) $extension;
        $extension->getINIEntries();
        foreach ($extension->getFunctions() as $function) {
            (string) $function;
            foreach ($function->getParameters() as $parameter) {
                self::outcome(static fn () => $parameter->getDefaultValue());
            }
            $arguments = $this->arguments(mt_rand(0, 3));
            $result = self::outcome(static fn () => @$function->invokeArgs($arguments));
            if ($function->getNumberOfRequiredParameters() === 2) {
                $this->is_refused_call($function->getName(), $arguments, $result);
            }
        }
        foreach ($extension->getClasses() as $class) {
            (string) $class;
            foreach ($class->getMethods(ReflectionMethod::IS_PUBLIC) as $method) {
                if ($method->isStatic()) {
                    continue;
                }
                $other = $this->any->value();
                $result = self::outcome(static fn () => $method->invoke(is_object($other) ? $other : new stdClass()));
                $this->check("$method->name of another object", $result instanceof Throwable || $other instanceof Throwable, self::cut($result));
            }
        }
    }

    // ----------------------------------------------------------------------------------- choices

    /** Arguments for a function of two, usually two, and how to pass them. */
    private function call_of_two(): array
    {
        $count = mt_rand(0, 9) ? 2 : mt_rand(0, 4);
        $arguments = $this->arguments($count);
        if ($count === 2 && mt_rand(0, 1)) {
            $arguments = [$this->any->array(), $this->any->array()];
        }
        if ($count > 0 && mt_rand(0, 4) === 0) {
            $names = [['data', 'request'], ['request', 'data'], ['data', 'order'], ['Data', '']][min(mt_rand(0, 4), 3)];
            $arguments = array_combine(array_slice($names, 0, $count), array_slice($arguments, 0, 2));
        }
        return [mt_rand(0, 4), $arguments];
    }

    private function arguments(int $count): array
    {
        $this->values += $count;
        for ($arguments = []; $count > 0; $count--) {
            $arguments[] = $this->any->value();
        }
        return $arguments;
    }

    private function setting_value(string $name): mixed
    {
        $this->values++;
        if ($name === 'private_key' && mt_rand(0, 1)) {
            return self::PRIVATE_KEY . $this->any->bytes(2);
        }
        $value = match (mt_rand(0, 5)) {
            0 => $this->any->value(),
            1 => ['silent', 'warning', 'exception', 'auto', 'digest', '1', '0.001', '1000'][mt_rand(0, 7)],
            2 => [1, 0, -1, 1.5, NAN, INF, true, false, null, PHP_INT_MIN][mt_rand(0, 9)],
            default => $this->any->string(),
        };
        // Random hosts must not be resolved.
        if ($name === 'endpoint' && is_scalar($value)) {
            $value = [$this->endpoints[1], 'http://127.0.0.1:99999', 'ftp:', "\0", ' '][mt_rand(0, 4)] . (mt_rand(0, 1) ? '/' : '#') . @(string) $value;
        }
        if ($name === 'outbox' && is_scalar($value)) {
            $value = mt_rand(0, 2) === 0 ? '' : $this->outboxes[mt_rand(0, 3)];
            $value = mt_rand(0, 9) ? $value : [$this->outboxes[3] . '?', 'sqlite:', "\0", ' '][mt_rand(0, 3)] . $this->any->string();
        }
        return $value;
    }

    private static function call(string $function, int $how, array $arguments): mixed
    {
        return match ($how) {
            0 => $function(...$arguments),
            1 => call_user_func_array($function, $arguments),
            2 => (new ReflectionFunction($function))->invokeArgs($arguments),
            3 => Closure::fromCallable($function)(...$arguments),
            default => (static function (array $arguments) use ($function): mixed {
                foreach ($arguments as &$argument);
                unset($argument);
                return $function(...$arguments);
            })($arguments),
        };
    }

    private static function outcome(Closure $call): mixed
    {
        try {
            return $call();
        } catch (Throwable $thrown) {
            return $thrown;
        }
    }

    private static function damaged(string $serialized): string
    {
        for ($times = mt_rand(1, 3); $times > 0; $times--) {
            $serialized[mt_rand(0, strlen($serialized) - 1)] = 'Oasidb:;{}"0123456789'[mt_rand(0, 20)];
        }
        return $serialized;
    }

    private function any_properties(Spread\Exception $exception): void
    {
        foreach (['response', 'retryable', 'retryAfter'] as $name) {
            $property = new ReflectionProperty(Spread\Exception::class, $name);
            $value = $this->arguments(1)[0];
            self::outcome(static fn () => $property->setValue($exception, $value));
        }
        $this->getters($exception);
    }

    // ------------------------------------------------------------------------------------ checks

    /** Whether the arguments are not two arrays; checks that the function reported it. */
    private function is_refused_call(string $function, array $arguments, mixed $outcome): bool
    {
        $unknown = array_diff(array_filter(array_keys($arguments), is_string(...)), ['data', 'request']);
        if ($unknown !== []) {
            // Reflection throws its own exception in PHP 8.1, with that as the previous one.
            $error = $outcome instanceof ReflectionException ? $outcome->getPrevious() ?? $outcome : $outcome;
            $this->check("$function: unknown name", $error instanceof Error, self::cut($outcome));
        } elseif (count($arguments) !== 2) {
            $this->check("$function: count", $outcome instanceof ArgumentCountError, self::cut($outcome));
        } elseif (array_filter($arguments, is_array(...)) !== $arguments) {
            $this->check("$function: types", $outcome instanceof TypeError && !$outcome instanceof ArgumentCountError, self::cut($outcome));
        } else {
            return false;
        }
        return true;
    }

    private static function is_too_deep(mixed $outcome): bool
    {
        return $outcome instanceof ValueError
            && preg_match('/^spread_\w+\(\): Argument #[12] \(\$(data|request)\) must not (contain itself|be nested deeper)/', $outcome->getMessage());
    }

    /** The two arguments, in the form for http_build_query(). */
    private static function named(array $arguments): array
    {
        return array_is_list($arguments)
            ? ['data' => $arguments[0], 'request' => $arguments[1]]
            : ['data' => $arguments['data'], 'request' => $arguments['request']];
    }

    private function check_failure(Spread\Exception $error): void
    {
        $known = in_array($error::class, array_map(static fn (string $name): string => "Spread\\$name", self::EXCEPTIONS), true);
        $this->check('class', $known, $error::class);
        $message = $error->getMessage();
        $this->check('one sentence', $message !== '' && !preg_match('/[\x00-\x1f\x7f]/', $message) && preg_match('//u', $message), self::cut($message));
        $this->check('no key in it', !str_contains($message, self::PRIVATE_KEY), $message);
        $this->check('status', $error->getCode() === 0 || $error instanceof Spread\ResponseException || $error instanceof Spread\ConnectionException, $message);
        $this->check_getters($error);
    }

    private function check_getters(Spread\Exception $error): void
    {
        [$retryable, $after] = $this->getters($error);
        $this->check('isRetryable()', is_bool($retryable), self::cut($retryable));
        $this->check('getRetryAfter()', $after === null || is_float($after), self::cut($after));
    }

    private function getters(Spread\Exception $error): array
    {
        $error->getResponse();
        return [$error->isRetryable(), $error->getRetryAfter()];
    }

    private function check(string $what, bool $true, string $details = ''): void
    {
        if (!holds("SPREAD_TEST_SEED={$this->seed}, value {$this->values}: $what", $true, $details)) {
            $this->problems++;
        }
    }

    /** @return array{int, int} bytes according to PHP, KiB according to the kernel */
    private function memory(): array
    {
        foreach (self::SETTINGS as $name) {
            ini_restore("spread.$name");
        }
        configure(endpoint: '', error_mode: 'silent');
        spread_update_order([], []);
        gc_collect_cycles();
        gc_mem_caches();
        return [memory_get_usage(), (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4];
    }

    private static function cut(mixed $value): string
    {
        if ($value instanceof Throwable) {
            return $value::class . ': ' . substr($value->getMessage(), 0, 300);
        }
        return is_string($value) ? '"' . addcslashes(substr($value, 0, 300), "\0..\37\177..\377") . '"' : get_debug_type($value);
    }
}

/** A port that refuses connections: bound, but not listening. */
final class Closed
{
    private readonly int $port;

    public function __construct()
    {
        $listener = stream_socket_server('tcp://127.0.0.1:0');
        $this->port = (int) substr(strrchr(stream_socket_get_name($listener, false), ':'), 1);
        fclose($listener);
    }

    public function url(string $scheme): string
    {
        return "$scheme://127.0.0.1:{$this->port}/api/updateOrder";
    }
}
