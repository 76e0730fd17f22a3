--TEST--
What the tests' own servers write down can be read while they write it
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$log = tmpfile();
fwrite($log, "one\ntw");
same('without the last line', ['one'], iterator_to_array(complete_lines($log)));
fwrite($log, "o\n");
same('with it', ['one', 'two'], iterator_to_array(complete_lines($log)));

const ORDERS = 150;
$server = serve(static fn (): string => answer_json('ok'));
$recorder = new Recorder();
configure(public_key: 'shop', private_key: 's3cret', circuit_breaker: 0);
$senders = [];
foreach ([$server->url(), $recorder->url(), $server->url(), $recorder->url()] as $url) {
    $senders[] = $pid = pcntl_fork();
    if ($pid === 0) {
        configure(endpoint: $url);
        for ($number = 0; $number < ORDERS; $number++) {
            // Many lines reach into another page of the file.
            spread_update_order(['long' => str_repeat('x', 1000 + 9 * $number)], ['order_idorder' => str_repeat('1', 200)]);
        }
        end_process();
    }
}
$read = 0;
do {
    $running = array_filter($senders, static fn (int $pid): bool => pcntl_waitpid($pid, $status, WNOHANG) === 0);
    $requests = $server->requests();
    $arrivals = $recorder->arrivals();
    $read++;
} while ($running !== []);
same('requests', 2 * ORDERS, count($requests));
same('their sizes', 2 * ORDERS, count(preg_grep('/&data%5Blong%5D=x{1000,2341}$|^data%5Blong%5D=x{1000,2341}&/', array_column($requests, 'body'))));
same('arrivals', 2 * ORDERS, count($arrivals));
same('their ids', [str_repeat('1', 200)], array_values(array_unique(array_column($arrivals, 'id'))));
holds('read meanwhile', $read > 5, (string) $read);
echo "done\n";
?>
--EXPECT--
done
