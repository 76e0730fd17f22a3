--TEST--
A parent and four children send 500 orders each concurrently: each gets its own answers, no connection is shared, and the parent's connection survives any end of a child
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

const ORDERS = 500;

$tls = new Certificates();
$handler = static function (array $request): string {
    parse_str($request['body'], $order);
    $id = $order['data']['order_idorder'];
    return $id === 'refused' ? answer(500) : answer_json([$id, $request['connection']]);
};
/** Sends orders; returns the wrong answers and the connections used. */
$work = static function (string $who, int $orders): array {
    $wrong = $connections = [];
    for ($number = 1; $number <= $orders; $number++) {
        $id = "$who $number";
        $answer = spread_update_order(['order_idorder' => $id, 'text' => str_repeat($who, 20)], ['order_idorder' => $id]);
        if (($answer[0] ?? null) !== $id) {
            $wrong[] = [$id, $answer, spread_last_error()?->getMessage()];
        }
        $connections[$answer[1] ?? 0] = true;
    }
    return [array_slice($wrong, 0, 3), array_keys($connections)];
};
/** Forks; the child runs $body and then exits normally. Returns its status. */
$child = static function (Closure $body): int {
    $pid = pcntl_fork();
    if ($pid === 0) {
        pcntl_alarm(120);
        ini_set('display_errors', '0');
        ini_set('error_log', '/dev/null');
        $body();
        exit(0);
    }
    pcntl_waitpid($pid, $status);
    return $status;
};

configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0, connect_timeout: 10);
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    $server = serve($handler, $options);
    configure(endpoint: $server->url());
    same("$scheme: before the fork", [[], [1]], $work('before', 3));

    $children = [];
    for ($number = 1; $number <= 4; $number++) {
        [$here, $there] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        $pid = pcntl_fork();
        if ($pid === 0) {
            pcntl_alarm(120); // the child ends in any case
            fclose($here);
            fgets($there); // all start at the same time
            fwrite($there, json_encode($work("child $number", ORDERS)));
            exit(0);
        }
        fclose($there);
        $children[$number] = [$pid, $here];
    }
    array_map(static fn (array $child) => fwrite($child[1], "go\n"), $children);
    same("$scheme, parent", [[], [1]], $work('parent', ORDERS));
    $used = [1];
    foreach ($children as $number => [$pid, $here]) {
        [$wrong, $connections] = json_decode(stream_get_contents($here), true) ?? [null, []];
        pcntl_waitpid($pid, $status);
        same("$scheme, child $number: status and wrong answers", [0, []], [$status, $wrong]);
        same("$scheme, child $number: connections", 1, count($connections));
        array_push($used, ...$connections);
    }
    sort($used);
    same("$scheme: connections", range(1, 5), $used);
    same("$scheme: connections, as the server counts", 5, $server->connections());
    same("$scheme: orders, as the server counts", 3 + 5 * ORDERS, count($server->requests()));

    $endings = [
        'returns without a call' => static fn () => null,
        'returns after a call' => static fn () => $work('child', 2),
        'exits in a shutdown function after a call' => static function () use ($work): void {
            register_shutdown_function(static fn () => exit($work('child', 2)[0] === [] ? 0 : 1));
        },
        'becomes another program' => static fn () => pcntl_exec('/bin/sh', ['-c', 'exit 0']),
        'becomes another program after a call' => static function () use ($work): void {
            $work('child', 2);
            pcntl_exec('/bin/sh', ['-c', 'exit 0']);
        },
        'meets a fatal error' => static fn () => eval('class Twice {} class Twice {}'),
        'meets a fatal error after a call' => static function () use ($work): void {
            $work('child', 2);
            eval('class Twice {} class Twice {}');
        },
        'throws' => static fn () => throw new Exception('not caught'),
        'reaches the memory limit after a call' => static function () use ($work): void {
            $work('child', 2);
            str_repeat('x', 1 << 28);
        },
        'is killed' => static fn () => exec('kill -9 ' . getmypid()),
        'is killed after a call' => static function () use ($work): void {
            $work('child', 2);
            exec('kill -9 ' . getmypid());
        },
        'is ended by a signal after a call' => static function () use ($work): void {
            $work('child', 2);
            exec('kill -TERM ' . getmypid());
            sleep(5);
        },
        'forks on and ends before its own child' => static function () use ($work): void {
            $work('child', 2);
            if (pcntl_fork() === 0) {
                exit($work('grandchild', 20)[0] === [] ? 0 : 1);
            }
        },
    ];
    $statuses = ['meets a fatal error' => 255 << 8, 'meets a fatal error after a call' => 255 << 8, 'throws' => 255 << 8,
        'reaches the memory limit after a call' => 255 << 8, 'is killed' => 9, 'is killed after a call' => 9, 'is ended by a signal after a call' => 15];
    ini_set('memory_limit', '128M');
    foreach ($endings as $how => $ending) {
        same("$scheme, a child that $how: status", $statuses[$how] ?? 0, $child($ending));
        same("$scheme, the parent after a child that $how", [[], [1]], $work("parent after a child that $how", 3));
    }

    // A fork during a call: in the error handler for the refused order.
    ini_set('spread.error_mode', 'warning');
    set_error_handler(static function () use (&$pid): bool {
        $pid = pcntl_fork();
        return true;
    });
    $answer = spread_update_order(['order_idorder' => 'refused'], []);
    restore_error_handler();
    ini_set('spread.error_mode', 'silent');
    if ($pid === 0) {
        [$wrong, $connections] = $work('child of the handler', 20);
        exit($answer === false && $wrong === [] && !in_array(1, $connections, true) ? 0 : 1);
    }
    same("$scheme, parent of the handler's child", [false, [[], [1]]], [$answer, $work('parent of it', 20)]);
    pcntl_waitpid($pid, $status);
    same("$scheme, the handler's child: status", 0, $status);
    $server->stop();
}
echo "done\n";
?>
--EXPECT--
done
