--TEST--
spread-outbox serve shows in a browser why orders are pending, and retries and discards them after a question
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('chromedriver', 'chromium');
if (Worker::program() === null) {
    die('skip the worker is not built');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('browser');

$place = new Place();
$server = serve(static fn (array $request): string => match (true) {
    str_contains($request['body'], 'refused') => answer(422, [], '{"message": "no"}'),
    default => answer(503),
});
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), log_failures: 0, circuit_breaker: 0);
$hostile = '<img src=x onerror="window.pwned = 1">' . "\u{202e}";
foreach (['4711', $hostile, 'refused'] as $id) {
    spread_update_order(['customer_name' => "<script>window.pwned = 1</script>$id"] + order($id)[0], order($id)[1]);
}
$serve = static fn (Place $place, string ...$options): Program => new Program([Worker::program(), 'serve', '--listen', '127.0.0.1:0', ...$options], '/^the page is .+\n/m', ['SPREAD_OUTBOX' => $place->setting()]);
$pages = $serve($place);
$url = $pages->said('/^the page is (\S+)/m');

$browser = new Browser();
// Without the key.
$browser->open(strtok($url, '?'));
contains('locked out', 'it has the key', $browser->text('body'));
$browser->complaints();
$browser->open($url);
same('the key is not in the address', strtok($url, '?'), $browser->url());
$browser->waitFor('#connection', 'live');
$counts = explode(', ', $browser->text('#counts'));
same('counts', 3, array_sum(array_map(intval(...), [$counts[0], $counts[2]])));
same('rows', 3, count($browser->texts('#records tbody tr')));
contains('why', 'HTTP 503', $browser->text('#records'));
contains('circuits', $server->url(), $browser->text('#circuits'));
same('script', null, $browser->run('return window.pwned'));
contains('hostile id', '<img src=x onerror="window.pwned = 1">U+202E', $browser->text('#records'));
same('faults', [], $browser->faults());
lacks('bodies', 'customer_name', $browser->run('return document.documentElement.innerHTML'));

// Live: another process changes the outbox.
spread_update_order(...order('4712'));
$browser->waitFor('#records tbody', '4712');

// Discard, after a question that can be cancelled.
$browser->click('#records a');
$browser->waitFor('#record', '503');
$browser->click('a[href$="/discard"]');
$browser->waitFor('h1', 'Discard record 1?');
same('faults', [], $browser->faults());
$browser->click('form a');
same('cancelled', true, str_ends_with($browser->url(), '/records/1'));
$browser->click('a[href$="/discard"]');
$browser->click('form button');
$browser->waitFor('#counts', 'pending');
lacks('discarded', '4711', implode(' ', $browser->texts('#records tbody td')));
same('discarded', 0, count(preg_grep('/^4711 /', $place->records())));

// Retry: it goes out with the next relay, although it was not due.
$record = (int) $place->query('SELECT id FROM spread_records WHERE CAST(order_id AS TEXT) = \'4712\'')[0]['id'];
$browser->open(strtok($url, '?') . "records/$record/retry");
$browser->click('form button');
$browser->waitFor('#record', 'pending');
$before = count($server->requests());
spread_outbox_drain(1, 20.0);
same('sent', $before + 1, count($server->requests()));

// French, and bodies when asked.
$with_bodies = $serve($place, '--bodies');
$browser->open($with_bodies->said('/^the page is (\S+)/m'));
$browser->click('a[hreflang=fr]');
$browser->click('#records a');
$browser->waitFor('h1', 'Enregistrement');
same('faults', [], $browser->faults());
$browser->waitFor('#body', '<script>window.pwned = 1</script>');
same('script', null, $browser->run('return window.pwned'));
same('complaints', [], $browser->complaints());

if (getenv('UPDATE_PICTURES')) {
    $place = new Place();
    configure(outbox: $place->setting());
    foreach (['1001', '1002'] as $id) {
        spread_update_order(...order($id));
    }
    spread_update_order(...order('1003', customer_name: 'refused'));
    $shown = $serve($place);
    $browser->open($shown->said('/^the page is (\S+)/m') . '&lang=en');
    $browser->waitFor('#records', '1003');
    file_put_contents(__DIR__ . '/../../docs/outbox-page.png', $browser->picture());
}
?>
done
--EXPECT--
done
