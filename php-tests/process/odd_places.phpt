--TEST--
A call works wherever PHP code runs: fibers, destructors, output callbacks, shutdown functions, the end of the script
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json($order['data']['order_idorder']);
});
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret'];
$code = <<<'PHP'
    function call(string $place): string
    {
        return "$place: " . json_encode(spread_update_order(['order_idorder' => $place], [])) . "\n";
    }
    class Late
    {
        public function __construct(private string $place)
        {
        }

        public function __destruct()
        {
            echo call($this->place);
        }
    }

    echo call('script');
    $one = new Fiber(function (): void {
        echo call('first fiber');
        Fiber::suspend();
        echo call('first fiber again');
    });
    $two = new Fiber(function (): void {
        echo call('second fiber');
        Fiber::suspend();
        echo call('second fiber again');
    });
    $one->start();
    $two->start();
    $one->resume();
    $two->resume();
    ob_start(static fn (string $buffer): string => $buffer . call('output callback'));
    ob_end_flush();
    $early = new Late('destructor');
    unset($early);
    $list = [2, 1];
    usort($list, static function (int $a, int $b): int {
        echo call('comparison');
        return $a <=> $b;
    });
    spl_autoload_register(static function (string $class): void {
        echo call("autoload of $class");
    });
    class_exists('Missing');
    foreach ((static fn () => yield call('generator'))() as $line) {
        echo $line;
    }
    register_shutdown_function(static function (): void {
        echo call('shutdown function');
        exit(call('exit in a shutdown function'));
    });
    $late = new Late('destructor at the end');
    PHP;
$result = run_php($code, $settings);
echo $result['out'], $result['err'], count($server->requests()), ' requests, ', $server->connections(), " connection\n";
?>
--EXPECT--
script: "script"
first fiber: "first fiber"
second fiber: "second fiber"
first fiber again: "first fiber again"
second fiber again: "second fiber again"
output callback: "output callback"
destructor: "destructor"
comparison: "comparison"
autoload of Missing: "autoload of Missing"
generator: "generator"
shutdown function: "shutdown function"
exit in a shutdown function: "exit in a shutdown function"
destructor at the end: "destructor at the end"
13 requests, 1 connection
