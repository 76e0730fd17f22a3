--TEST--
The processes of php-fpm share the circuit: one probe for all of them, and a killed process neither keeps nor blocks it
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$root = new WebRoot();
$recorder = new Recorder();
$place = new Place();
chmod($place->directory, 0777);
$settings = ['spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => 1.2];
$arrived = static fn (string $pattern): int => count(preg_grep($pattern, array_column($recorder->arrivals(), 'id')));

foreach (['sqlite' => ['spread.outbox' => $place->setting()], 'none' => []] as $outbox => $more) {
    $recorder->behave('up');
    $log = "{$root->directory}/tmp/$outbox.log";
    $lines = static fn (string $pattern): int => preg_match_all($pattern, (string) @file_get_contents($log));
    [$url, $daemons] = start_fpm_behind_nginx($root, 6, $more + ['spread.log' => $log] + $settings);
    $url = beside($url, 'checkout.php');
    $ids = static fn (string $name, int $count): array => array_map(static fn (int $number): array => ['id' => "$outbox $name $number"], range(1, $count));
    // Every process is one of the pool.
    foreach (pages($url, $ids('well', 12)) as $page) {
        same("$outbox: well", ['array', null], [$page['answer'], $page['error']]);
    }
    // SPREAD hangs: two calls find out, and the processes that they did not run in know.
    $recorder->behave('late 4');
    foreach ($ids('slow', 2) as $query) {
        same("$outbox: slow", 'Spread\TimeoutException', page($url, $query)['error']);
    }
    // Two probes fail as well: the hold-off is long enough for what follows.
    foreach ([1, 2] as $number) {
        $probe = static fn (): bool => page($url, ['id' => "$outbox slow " . hrtime(true)])['error'] === 'Spread\TimeoutException';
        holds("$outbox: probe $number", wait_until($probe, 10));
    }
    $held = $outbox === 'none' ? [false, 'Spread\ConnectionException'] : [true, null];
    $processes = [];
    foreach (pages($url, $ids('held', 12)) as $page) {
        same("$outbox: held", $held, [$page['answer'], $page['error']]);
        between("$outbox: the time", 0, 0.5, $page['seconds']);
        $processes[$page['process']] = true;
    }
    holds("$outbox: in several processes", count($processes) > 1);
    same("$outbox: nothing of it was sent", 0, $arrived("/^$outbox held/"));
    same("$outbox: one line", 1, $lines('/does not respond/'));

    // When the hold-off is over one call of all tries.
    usleep(4_100_000);
    $tried = array_filter(pages($url, $ids('probe', 12)), static fn (array $page): bool => $page['error'] === 'Spread\TimeoutException');
    same("$outbox: one probe", 1, count($tried));
    wait_until(static fn (): bool => $arrived("/^$outbox probe/") > 0, 5);
    same("$outbox: one arrived", 1, $arrived("/^$outbox probe/"));

    // SPREAD is back.
    $recorder->behave('up');
    // Each with its own order: one that is kept is not sent beside the outbox.
    $back = static function () use ($url, $outbox): bool {
        $page = page($url, ['id' => "$outbox back " . hrtime(true)]);
        return is_array($page) && $page['answer'] === 'array';
    };
    holds("$outbox: back", wait_until($back, 20));
    foreach (pages($url, $ids('again', 12)) as $page) {
        same("$outbox: again", ['array', null], [$page['answer'], $page['error']]);
    }
    same("$outbox: a line", 1, $lines('/responds again/'));

    // A process that is killed in mid-call, perhaps the probe, leaves nothing.
    $recorder->behave('late 4');
    foreach ($ids('dead', 2) as $query) {
        page($url, $query);
    }
    usleep(1_100_000);
    $streams = array_map(static function (array $query) use ($url): mixed {
        $stream = stream_socket_client('tcp://127.0.0.1:' . parse_url($url, PHP_URL_PORT));
        fwrite($stream, 'GET /checkout.php?' . http_build_query($query) . " HTTP/1.0\r\n\r\n");
        return $stream;
    }, $ids('killed', 1));
    holds("$outbox: the probe is on its way", wait_until(static fn (): bool => $arrived("/^$outbox killed/") === 1, 5));
    // All children: the one that is the probe is among them. php-fpm starts others.
    exec('pkill -KILL -P ' . (int) trim((string) shell_exec("pgrep -f '^php-fpm: master process.*{$root->directory}/fpm.conf'")));
    array_map(fclose(...), $streams);
    $recorder->behave('up');
    holds("$outbox: back after a kill", wait_until($back, 10));
    foreach (pages($url, $ids('after', 12)) as $page) {
        same("$outbox: after", ['array', null], [$page['answer'], $page['error']]);
    }
    foreach ($daemons as $daemon) {
        $daemon->stop();
    }
}
echo "done\n";
?>
--EXPECT--
done
