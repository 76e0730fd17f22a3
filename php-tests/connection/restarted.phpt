--TEST--
While several processes send, the server restarts or takes one order per connection: every order arrives, none fails
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

const SENDERS = 3;
const ORDERS = 40;

/** Runs the senders and a closure concurrently; returns each sender's failures. */
function send_from_many(Server $server, Closure $meanwhile): array
{
    $pipes = $children = [];
    for ($sender = 1; $sender <= SENDERS; $sender++) {
        [$pipes[$sender], $end] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        $children[$sender] = pcntl_fork();
        if ($children[$sender] === 0) {
            configure(endpoint: $server->url());
            $failures = [];
            for ($number = 1; $number <= ORDERS; $number++) {
                $id = "$sender-$number";
                $answer = spread_update_order(['order_idorder' => $id], []);
                if ($answer !== $id) {
                    $failures[$id] = spread_last_error()?->getMessage() ?? $answer;
                }
                usleep(2000);
            }
            fwrite($end, json_encode($failures) . "\n");
            end_process();
        }
        fclose($end);
    }
    $meanwhile();
    $failures = [];
    foreach ($pipes as $sender => $pipe) {
        $failures += json_decode((string) fgets($pipe), true) ?? ["sender $sender" => 'ended'];
        pcntl_waitpid($children[$sender], $status);
    }
    return $failures;
}

function arrived(Server $server): int
{
    $orders = [];
    foreach ($server->requests() as $request) {
        parse_str($request['body'], $order);
        $orders[$order['data']['order_idorder']] = true;
    }
    return count($orders);
}

function echo_order(array $request, string ...$headers): string
{
    parse_str($request['body'], $order);
    return answer(200, $headers, json_encode($order['data']['order_idorder']));
}

$generations = tempnam(sys_get_temp_dir(), 'spread-generation-');
$generation = static function () use ($generations): int {
    clearstatcache();
    return filesize($generations);
};
$tls = new Certificates();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    // A restart by socket activation: no connection is refused, and all idle ones close, even with an order on its way.
    $server = serve_connections(static function (Connection $connection) use ($generation): void {
        $started = $generation();
        while (($request = $connection->request()) !== null) {
            $connection->write(echo_order($request));
            while (!$connection->hasInput(0.001)) {
                if ($generation() !== $started) {
                    return;
                }
            }
            if ($generation() !== $started) {
                $connection->reset();
                return;
            }
        }
    }, $options);
    $failures = send_from_many($server, static function () use ($generations): void {
        for ($restart = 1; $restart <= 8; $restart++) {
            usleep(25_000);
            file_put_contents($generations, 'x', FILE_APPEND);
        }
    });
    same("$scheme, restarted: failures", [], $failures);
    same("$scheme, restarted: orders that arrived", SENDERS * ORDERS, arrived($server));
    holds("$scheme, restarted: connections were kept", $server->connections() < SENDERS * ORDERS / 2, "{$server->connections()}");
    $server->stop();

    // One order per connection, with and without "Connection: close".
    foreach (['says so' => ['Connection: close'], 'does not say so' => []] as $what => $headers) {
        $server = serve_connections(static fn (Connection $connection) => $connection->write(echo_order($connection->request(), ...$headers)), $options);
        same("$scheme, one order for each connection, $what: failures", [], send_from_many($server, static fn () => null));
        same("$scheme, one order for each connection, $what: orders that arrived", SENDERS * ORDERS, arrived($server));
        $server->stop();
    }
}
unlink($generations);

// Down for a while: orders sent then fail, and have no effect when the server is back.
$server = serve(static fn (array $request): string => echo_order($request));
configure(endpoint: $server->url());
same('before', 'before', spread_update_order(['order_idorder' => 'before'], []));
$port = $server->port;
for ($round = 1; $round <= 3; $round++) {
    $server->stop();
    foreach ([1, 2] as $order) {
        same("down, round $round", false, spread_update_order(['order_idorder' => 'down'], []));
        same("down, round $round: class", 'Spread\ConnectionException', get_debug_type(spread_last_error()));
        holds("down, round $round: retryable", spread_last_error()->isRetryable());
    }
    $server = serve(static fn (array $request): string => echo_order($request), ['port' => $port]);
    foreach ([1, 2, 3] as $order) {
        same("back, round $round", "back $order", spread_update_order(['order_idorder' => "back $order"], []));
    }
    same("back, round $round: connections", 1, $server->connections());
}
echo "done\n";
?>
--EXPECT--
done
