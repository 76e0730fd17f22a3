--TEST--
With an outbox, a process of php-fpm that visitors wait for leaves its order to the worker
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/pages.inc';

$root = new WebRoot();
$gate = new Gate();
$place = new Place();
chmod($place->directory, 0777);
[$url, $daemons] = start_fpm_behind_nginx($root, 1, after_response_settings($gate, $root));
$url = beside($url, 'after_response.php');
$query = static fn (int $number): array => ['id' => "order $number", 'outbox' => $place->setting()];
// One process and a SPREAD that hangs: all but the last page find others waiting.
$begun = hrtime(true);
$pages = pages($url, array_map($query, range(1, 6)));
same('the pages', array_fill(0, 6, 'true true page'), $pages);
between('the time', 0, 5, (hrtime(true) - $begun) / 1e9);
$gate->server->waitForRequests(1);
$tried = $gate->orders(0);
same('one order is on its way', 1, count($tried));
holds('the others are kept', wait_until(static fn (): bool => count(preg_grep('/ pending 0 0$/', $place->records())) === 6, 5), implode("\n", $place->records()));
$gate->open();
holds('it is delivered', wait_until(static fn (): bool => count($place->records()) === 5, 10), implode("\n", $place->records()));
// Nobody waits.
$page = page($url, $query(7));
same('a page alone', 'true true page', $page);
holds('its order is sent', wait_until(static fn (): bool => in_array('order 7 10', $gate->orders(1), true), 5));
// The worker delivers the others at once: they were never tried.
configure(endpoint: $gate->server->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting());
same('the worker', [5, 0], array_values(array_intersect_key(spread_outbox_drain(), ['delivered' => 1, 'pending' => 1])));
echo "done\n";
?>
--EXPECT--
done
