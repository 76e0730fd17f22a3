--TEST--
After a fork parent and children call, and each gets the answers to its own orders
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$echo = static function (array $request): string {
    parse_str($request['body'], $order);
    return answer_json([$order['data']['order_idorder'], $request['connection']]);
};
/** Sends orders; returns the number of wrong answers and the connections used. */
$work = static function (string $who, int $orders): array {
    $wrong = 0;
    $connections = [];
    for ($number = 0; $number < $orders; $number++) {
        $answer = spread_update_order(['order_idorder' => "$who $number"], []);
        if (($answer[0] ?? null) !== "$who $number") {
            $wrong++;
        }
        $connections[$answer[1] ?? 0] = true;
    }
    return [$wrong, array_keys($connections)];
};
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);
foreach (['http' => [], 'https' => ['tls' => $tls->server()]] as $scheme => $options) {
    $server = serve($echo, $options);
    configure(endpoint: $server->url());
    same("$scheme: before the fork", [0, [1]], $work('before', 3));
    $children = [];
    for ($child = 0; $child < 4; $child++) {
        [$here, $there] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        $pid = pcntl_fork();
        if ($pid === 0) {
            $report = $work("child $child", 150);
            // A grandchild, too.
            $grandchild = pcntl_fork();
            if ($grandchild === 0) {
                exit($work("grandchild $child", 20)[0] === 0 ? 0 : 1);
            }
            pcntl_waitpid($grandchild, $status);
            fwrite($there, json_encode([...$report, $status, $work("child $child again", 20)[0], count(scandir('/proc/self/task')) - 2]));
            exit(0); // an ordinary end of PHP, with its module shutdown
        }
        fclose($there);
        $children[$child] = [$pid, $here];
    }
    $used = [];
    [$wrong, $connections] = $work('parent', 150);
    same("$scheme, parent: wrong answers", 0, $wrong);
    same("$scheme, parent: connections", [1], $connections);
    foreach ($children as $child => [$pid, $here]) {
        [$wrong, $connections, $grandchild, $again, $threads] = json_decode(stream_get_contents($here), true) ?? [null, [], null, null, null];
        pcntl_waitpid($pid, $status);
        same("$scheme, child $child: wrong answers, grandchild's status, wrong answers again, threads, own status", [0, 0, 0, 1, 0], [$wrong, $grandchild, $again, $threads, $status]);
        same("$scheme, child $child: connections", 1, count($connections));
        $used = [...$used, ...$connections];
    }
    same("$scheme: connections shared", [], array_diff_assoc($used, array_unique($used)));
    same("$scheme: after the children ended", [0, [1]], $work('after', 20));
    $server->stop();
}
// A fork before the first call of the parent, and a child that never calls.
$server = serve($echo);
configure(endpoint: $server->url());
if (pcntl_fork() === 0) {
    exit(0);
}
pcntl_wait($status);
same('status of a child that never calls', 0, $status);
same('after it', 0, $work('parent', 3)[0]);
echo "done\n";
?>
--EXPECT--
done
