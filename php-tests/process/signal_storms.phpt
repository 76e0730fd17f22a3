--TEST--
A storm of signals that interrupt system calls: no order fails, and handlers run
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$seconds = getenv('SPREAD_SOAK') ? 20 : 2;
$tls = new Certificates();
// Every kind of wait: for a name, a connection, TLS, buffer space and an answer in pieces.
$handler = static function (array $request, Connection $connection): ?string {
    parse_str($request['body'], $order);
    $number = (int) ($order['request']['number'] ?? 0);
    $answer = answer(200, $number % 3 === 0 ? ['Connection: close'] : [], json_encode($order['data']['order_idorder'] ?? null));
    if ($number % 4 === 0) {
        $connection->wait(0.005);
        $connection->write(substr($answer, 0, -5));
        $connection->wait(0.005);
        $answer = substr($answer, -5);
    }
    $connection->write($answer);
    if ($number % 3 === 0) {
        $connection->close();
    }
    return null;
};
$handled = [SIGALRM => 0, SIGUSR1 => 0];
$process = getmypid();
$count = static function (int $signal) use (&$handled): void {
    $handled[$signal]++;
};
// A child that sends SIGUSR1 every millisecond until it is killed or this process ends.
$storm = static fn () => proc_open(
    ['/bin/sh', '-c', "while kill -USR1 $process 2>/dev/null; do sleep 0.001; done"],
    [['file', '/dev/null', 'r']],
    $pipes,
);

configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0, connect_timeout: 10);
$cases = [
    'http, asynchronous handlers' => ['http', true, true],
    'https, asynchronous handlers that interrupt' => ['https', true, false],
    'https, handlers when asked' => ['https', false, false],
];
foreach ($cases as $what => [$scheme, $async, $restart]) {
    $server = serve($handler, ['log' => false, 'tls' => $scheme === 'https' ? $tls->server() : null]);
    configure(endpoint: $server->url(host: 'localhost'));
    pcntl_async_signals($async);
    pcntl_signal(SIGUSR1, $count, $restart);
    pcntl_signal(SIGALRM, $count, $restart);
    $handled = [SIGALRM => 0, SIGUSR1 => 0];

    pcntl_alarm(1);
    $child = $storm();
    $wrong = [];
    $number = 0;
    $begun = hrtime(true);
    do {
        $number++;
        $id = "$what, $number";
        $text = str_repeat('x', $number % 10 === 0 ? 2_000_000 : 100);
        $answer = spread_update_order(['order_idorder' => $id, 'text' => $text], ['number' => $number]);
        if ($answer !== $id && count($wrong) < 3) {
            $wrong[] = [$id, $answer, spread_last_error()?->getMessage()];
        }
        if (!$async) {
            pcntl_signal_dispatch();
        }
        $elapsed = (hrtime(true) - $begun) / 1e9;
        $is_enough = $number > 50 && $handled[SIGUSR1] > 100 && $handled[SIGALRM] === 1;
        // A busy machine needs longer.
    } while ($elapsed < $seconds / count($cases) + 0.7 || !$is_enough && $elapsed < 60);
    proc_terminate($child, SIGKILL);
    proc_close($child);
    pcntl_signal_dispatch();
    same("$what: wrong answers", [], $wrong);
    holds("$what: orders", $number > 50, (string) $number);
    same("$what: alarms", 1, $handled[SIGALRM]);
    holds("$what: storm", $handled[SIGUSR1] > 100, (string) $handled[SIGUSR1]);
    pcntl_signal(SIGUSR1, SIG_IGN);
    pcntl_signal(SIGALRM, SIG_DFL);
    $server->stop();
}
echo "done\n";
?>
--EXPECT--
done
