--TEST--
16 processes of php-fpm store orders at full speed while two workers deliver: none is lost, overtaken or sent twice
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3', 'nginx');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

[$orders, $ids] = getenv('SPREAD_SOAK') ? [50_000, 5_000] : [3_200, 320];
const PAGES = 16; // at a time
const CALLS = 50; // of a page

$place = Place::inMemory();
chmod($place->directory, 0777);
$recorder = new Recorder();
$calls = new Calls($place->path('calls'));
$root = new WebRoot();
[$url, $daemons] = start_fpm_behind_nginx($root, 16, [
    'spread.endpoint' => $recorder->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.timeout' => 20,
    'spread.connect_timeout' => 10, 'spread.outbox' => $place->setting(), 'spread.delivery' => 'deferred',
]);
$url = beside($url, 'outbox.php');
// Their user owns the file.
page($url, ['calls' => $calls->file, 'first' => 0, 'count' => 1, 'shop' => 'first', 'orders' => 1]);
$settings = ['outbox' => $place->setting(), 'public_key' => 'shop', 'private_key' => 's3cret', 'timeout' => 5, 'endpoint' => $recorder->url()];
$workers = [new Worker($settings), new Worker($settings)];
$begun = hrtime(true);
$pages = 0;
for ($first = 1; $first <= $orders / PAGES; $first += CALLS) {
    $queries = [];
    for ($page = 0; $page < PAGES; $page++) {
        // The pages of a round update different orders; each round another process updates them.
        $queries[] = ['calls' => $calls->file, 'first' => $first, 'count' => CALLS, 'shop' => "shop$page", 'orders' => intdiv($ids, PAGES)];
    }
    foreach (pages($url, $queries) as $said) {
        same('a page', CALLS, $said['kept'] ?? $said);
        $pages++;
    }
}
$kept = (hrtime(true) - $begun) / 1e9;
holds('all is delivered', wait_until(static fn (): bool => $place->query('SELECT count(*) AS n FROM spread_records') === [['n' => 0]], 120));
$all = (hrtime(true) - $begun) / 1e9;
foreach ([...$workers, ...$daemons] as $daemon) {
    $daemon->stop();
}
same('calls', ['kept' => $pages * CALLS + 1], $calls->counts());
$counts = judge('all', $calls->all(), $recorder->arrivals());
same('arrivals', $counts['calls'], $counts['arrivals']);
holds('sound', $place->isSound());
tell(sprintf('%d orders kept in %.1f s, all delivered after %.1f s', $pages * CALLS, $kept, $all));
echo "done\n";
?>
--EXPECT--
done
