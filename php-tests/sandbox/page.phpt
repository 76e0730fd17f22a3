--TEST--
The page shows each call as it arrives, and chooses what the shop is answered next
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('browser');
skip_without('chromedriver', 'chromium');
sandbox_program();
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('browser');

[$sandbox, $endpoint, $page] = start_sandbox();
configure(endpoint: $endpoint, public_key: 'PUBLIC_KEY', private_key: 'PRIVATE_KEY', log_failures: 0, circuit_breaker: 0);
$first = documented()['first'];
$send = static function (array $changes) use ($first): string {
    return outcome(spread_update_order($changes + $first['data'], $first['request']));
};

$browser = new Browser();
$browser->open($page);
same('language', 'en', $browser->run('return document.documentElement.lang'));
$browser->waitFor('#connection', 'live');
$browser->waitFor('#orders caption', 'Nothing has arrived yet.');

// Live: no reload between a call and its row.
$browser->run('window.isTheSame = true');
contains('response', '"status":"ok"', $send(['order_state' => '10']));
$browser->waitFor('#orders tbody td', 'payment pending');
$send(['order_state' => '20', 'customer_country' => 'France', 'add_tag' => ['tag1', 'tag3']]);
$browser->waitFor('#orders tbody td', 'paid');
$browser->waitFor('#news', '1 order or account');
same('reload', true, $browser->run('return window.isTheSame'));
same('rows', 1, count($browser->texts('#orders tbody tr')));
contains('rules', '1 warning', $browser->text('#orders tbody'));

// The order: newest call first, what changed, what it means.
$browser->click('#orders a');
same('title', 'Order 0000001', $browser->text('h1'));
same('calls', ['Update 1', 'First call'], $browser->texts('article h2'));
same(
    'changes',
    ['data.order_state: 10 became → 20', 'data.customer_country: FR became → France', 'data.add_tag[1]: tag2 became → tag3'],
    preg_replace('/\s+/', ' ', $browser->texts('.changes li')),
);
contains('rule', 'not-a-country', $browser->text('article'));
contains('meaning', 'Le nom de famille du client.', $browser->run('return document.querySelector("article:last-of-type table").innerText'));
contains('headers', 'user-agent: spread-php/', $browser->run('return document.querySelector("article details:last-of-type").textContent'));
lacks('keys', 'authorization', $browser->run('return document.body.textContent'));
$send(['order_state' => '50']);
$browser->waitFor('article h2', 'Update 2');
$browser->click('#call-1 details:last-of-type summary');
$send(['order_state' => '100']);
$browser->waitFor('article h2', 'Update 3');
same('opened details stay open', true, $browser->run('return document.getElementById("wire-1").open'));
contains('body', 'data%5Bcustomer_email%5D=', $browser->text('#wire-1 pre'));

// French, which a cookie remembers.
$browser->click('a[hreflang=fr]');
same('title in French', 'Commande 0000001', $browser->text('h1'));
$browser->open($page);
same('still in French', 'Appels reçus', $browser->text('h1'));
$browser->click('a[hreflang=en]');

// Search.
outcome(spread_create_account(['customer_email' => 'jane@doe.com', 'customer_city' => 'Saint-Étienne']));
$browser->waitFor('#orders tbody', 'jane@doe.com');
$browser->type('[name=q]', "saint-étienne\u{E007}");
$browser->waitFor('#orders caption', '1 orders and accounts of 2');
same('found', 1, count($browser->texts('#orders tbody tr')));
$browser->open($page);

// What it answers next.
$choose = static function (string $answer, string $calls) use ($browser): void {
    $browser->run('document.querySelector("[name=answer]").value = arguments[0]; document.querySelector("[name=calls]").value = arguments[1]', $answer, $calls);
    $browser->click('form[action="/answer"] button');
    $browser->waitFor('#plan', $calls === 'next' ? 'The next call' : 'Every call');
};
foreach (['401', '422', '429', '503', 'html', 'cut'] as $answer) {
    $choose($answer, 'next');
    echo "$answer: ", preg_replace('/answer .*/', 'answer', $send([])), ', ', json_encode(spread_last_error()?->getRetryAfter()), "\n";
    contains("after $answer", '"status":"ok"', $send([]));
}
configure(timeout: 0.5);
$choose('hang', 'next');
echo 'hang: ', $send([]), "\n";
configure(timeout: 30);
$choose('slow', 'next');
$start = hrtime(true);
contains('slow', '"status":"ok"', $send([]));
holds('slow is slow', hrtime(true) - $start >= 2.9e9);
$choose('503', 'all');
$send([]);
echo '503 again: ', $send([]), "\n";
$choose('200', 'all');
contains('answered', '503', $browser->run('return fetch("/items/1").then((page) => page.text())'));

// A shop with the wrong keys is seen.
configure(private_key: 'wrong');
$send([]);
$browser->waitFor('#refusals', 'wrong keys');
lacks('the wrong key', 'wrong"', $browser->run('return document.body.textContent'));

if (getenv('UPDATE_PICTURES')) {
    configure(private_key: 'PRIVATE_KEY', endpoint: ($fresh = start_sandbox())[1]);
    $send(['order_state' => '10', 'customer_country' => 'France']);
    $send(['order_state' => '20']);
    $browser->open("$fresh[2]items/1?lang=en");
    $browser->waitFor('article h2', 'Update 1');
    file_put_contents(__DIR__ . '/../../docs/sandbox.png', $browser->picture());
    $browser->open($page);
    $browser->waitFor('#orders tbody', 'jane@doe.com');
}

// Forget everything.
$browser->click('#clear summary');
$browser->click('#clear button');
$browser->waitFor('#orders caption', 'Nothing has arrived yet.');
$sandbox->stop();
$browser->waitFor('#connection', 'disconnected');
?>
done
--EXPECT--
401: Spread\AuthenticationException 401, null
422: Spread\ResponseException 422, null
429: Spread\ResponseException 429, 10
503: Spread\ResponseException 503, null
html: Spread\ResponseException 200, null
cut: Spread\ConnectionException, null
hang: Spread\TimeoutException
503 again: Spread\ResponseException 503
done
