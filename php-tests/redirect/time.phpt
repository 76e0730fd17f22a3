--TEST--
spread.timeout bounds a call with all its redirects, and the body of a redirect costs little time
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$good = serve(static fn (): string => answer_json('good'));
$slowly = static function (Connection $connection): void {
    while ($connection->request() !== null) {
        $connection->wait(0.2);
        $connection->write(answer(302, ['Location: /again']));
    }
};
$endless = static fn (string $head): Closure => static function (Connection $connection) use ($head): void {
    $first = $connection->number === 1;
    while ($connection->request() !== null) {
        if (!$first) {
            $connection->write(answer_json('there'));
            continue;
        }
        $connection->write($head);
        while ($connection->write(str_repeat('x', 65536)));
        return;
    }
};
$silent = static function (Connection $connection): void {
    $connection->request();
    if ($connection->number === 1) {
        $connection->write("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 10\r\n\r\nxxx");
        $connection->waitForClose();
    }
    $connection->write(answer_json('there'));
};
$server = serve_connections($slowly);
$report = timed_failure(['endpoint' => $server->url(), 'timeout' => 0.7], $good->url());
same('slow redirects', 'Spread\TimeoutException', $report['class']);
between('seconds of slow redirects', 0.65, 1.5, $report['seconds']);
between('slow redirects that were followed', 2, 4, count($server->requests()));
same('the order after them', 'good', $report['next']);
$server->stop();

// An endless body of a redirect is not awaited: the order is sent over a new connection.
foreach (['302 Found' => "Location: /b\r\n", '401 Unauthorized' => "WWW-Authenticate: Basic realm=\"r\"\r\n"] as $status => $header) {
    $server = serve_connections($endless("HTTP/1.1 $status\r\n{$header}\r\n"));
    $settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => 5];
    $lines = timed_lines('echo "ready\n", json_encode(spread_update_order([], [])), "\n";', $settings);
    same("$status with an endless body", '"there"', $lines[1][0]);
    between("seconds of $status with an endless body", 0, 2, $lines[1][1]);
    $server->stop();
}
echo "done\n";
?>
--EXPECT--
done
