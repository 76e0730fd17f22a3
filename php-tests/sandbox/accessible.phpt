--TEST--
The page works with a keyboard, a screen reader, light and dark, on a phone, and without JavaScript
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
configure(endpoint: $endpoint, public_key: 'PUBLIC_KEY', private_key: 'PRIVATE_KEY', log_failures: 0, timeout: 30);
$first = documented()['first'];
foreach (['10', 'wrong', '20'] as $state) {
    outcome(spread_update_order(['order_state' => $state, 'x' => $state] + $first['data'], $first['request']));
}
request('POST', $endpoint, [], 'x');
$browser = new Browser('fr');

// Names and roles, as assistive technology gets them.
foreach ([$page, "{$page}items/1"] as $url) {
    $browser->open($url);
    same('the language of the browser', 'fr', $browser->run('return document.documentElement.lang'));
    same('faults', [], $browser->faults());
    $roles = array_filter(array_map(static fn (array $node): string => $node['ignored'] ? '' : $node['role']['value'], $browser->inspect('Accessibility.getFullAXTree', [])['nodes']));
    foreach (['banner', 'main', 'navigation', 'table', 'heading', 'status'] as $role) {
        holds("role $role", in_array($role, $roles, true), implode(' ', array_unique($roles)));
    }
}

// The keyboard reaches everything, first the link that skips the top; Enter opens an order.
$browser->open($page);
$reached = [];
do {
    $browser->press("\u{E004}");
    $reached[] = $focus = $browser->run('const focus = document.activeElement; return focus.getAttribute("href") ?? focus.name ?? focus.textContent');
    same("$focus is seen", true, $browser->run('return document.activeElement.matches(":focus-visible") && getComputedStyle(document.activeElement).outlineStyle === "solid"'));
} while ($focus !== '/items/1' && count($reached) < 30);
same('first', '#main', $reached[0]);
same('last', '/items/1', end($reached));
foreach (['q', 'answer', 'calls'] as $field) {
    holds("$field is reached", in_array($field, $reached, true), implode(', ', $reached));
}
// A new call does not take the focus away.
outcome(spread_update_order(['order_idorder' => '2'], ['order_idorder' => '2']));
$browser->waitFor('#orders caption', '2 commandes et comptes');
same('focus', '/items/1', $browser->run('return document.activeElement.getAttribute("href")'));
$browser->press("\u{E007}");
$browser->waitFor('h1', 'Commande 0000001');

// Without JavaScript. What is not live must be asked for. A click returns before the browser has left the page.
$browser->inspect('Emulation.setScriptExecutionDisabled', ['value' => true]);
$browser->open($page);
$browser->click('#orders tbody tr:last-child a');
$browser->waitForUrl('/items/1');
$browser->click('summary');
$browser->click('header .name');
$browser->type('[name=q]', "0000001\u{E007}");
$browser->waitForUrl('q=0000001');
$browser->open($page);
$browser->type('[name=answer]', '503');
$browser->click('form[action="/answer"] button');
$browser->inspect('Emulation.setScriptExecutionDisabled', ['value' => false]);
$browser->waitFor('#plan', '503, indisponible');
?>
done
--EXPECT--
done
