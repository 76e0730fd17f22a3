--TEST--
After the first 1,000 of 10,000 orders in one process, resident memory, descriptors and threads do not grow
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json(['order' => $order['data']['order_idorder'], 'list' => [1, 2.5, 'x', null, ['deep' => true]]]);
}, ['log' => false]);
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret');
['second' => $order] = documented();

$statm = fopen('/proc/self/statm', 'r');
stream_set_read_buffer($statm, 0);
$resident = static function () use ($statm): int {
    rewind($statm);
    return (int) explode(' ', fread($statm, 100))[1] * 4;
};
$state = static fn (): array => ['descriptors' => count(scandir('/proc/self/fd')), 'threads' => count(scandir('/proc/self/task')) - 2];

$orders = getenv('SPREAD_SOAK') ? 100_000 : 10_000;
for ($number = 1; $number <= $orders; $number++) {
    $order['data']['order_idorder'] = (string) $number;
    $answer = spread_update_order($order['data'], $order['request']);
    if ($answer === false || $answer['order'] !== (string) $number) {
        same("order $number: " . spread_last_error()?->getMessage(), (string) $number, $answer);
        break;
    }
    if ($number === 1000) {
        $state_before = $state();
        $state(); // allocates the memory that scandir() needs
        $resident_before = $resident();
        $php_before = memory_get_usage();
    }
}
between('growth of resident memory in KiB', -10000, 256, $resident() - $resident_before);
between('growth of PHP memory in bytes', -1000, 1000, memory_get_usage() - $php_before);
same('state', $state_before, $state());
same('threads', 1, $state_before['threads']);
same('orders', $orders, $number - 1);
echo "done\n";
?>
--EXPECT--
done
