--TEST--
With 2,000 failures of each kind in one process, resident memory and descriptors do not grow
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$kinds = [
    'status' => static fn (Connection $connection) => $connection->write(answer(500, [], '{"error":"x"}')),
    'broken JSON' => static fn (Connection $connection) => $connection->write(answer(200, [], '{"a":[1,{"b":"c"},')),
    'lost' => static function (Connection $connection): void {
        $connection->write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
        $connection->close();
    },
];
configure(public_key: 'shop', private_key: 's3cret', log_failures: 0, error_mode: 'exception');
$resident = static fn (): int => (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4;
$descriptors = static fn (): int => count(scandir('/proc/self/fd'));
foreach ($kinds as $what => $kind) {
    $server = serve(static function (array $request, Connection $connection) use ($kind): void {
        $kind($connection);
    }, ['log' => false]);
    configure(endpoint: $server->url());
    for ($number = 0; $number < 2000; $number++) {
        try {
            spread_update_order(['order_idorder' => $number], []);
            echo "$what: nothing thrown\n";
        } catch (Spread\Exception $error) {
            unset($error);
        }
        if ($number === 500) {
            $descriptors_before = $descriptors();
            $resident_before = $resident();
        }
    }
    between("$what: growth of resident memory in KiB", -10000, 256, $resident() - $resident_before);
    same("$what: descriptors", $descriptors_before, $descriptors());
    $server->stop();
}
// Refused before anything is sent.
$object = new stdClass();
$object->self = $object;
for ($number = 0; $number < 20000; $number++) {
    try {
        spread_encode_order(['a' => str_repeat('x', 1000), 'o' => $object], []);
    } catch (ValueError) {
    }
    if ($number === 5000) {
        $resident_before = $resident();
    }
}
between('cycles: growth of resident memory in KiB', -10000, 256, $resident() - $resident_before);
echo "done\n";
?>
--EXPECT--
done
