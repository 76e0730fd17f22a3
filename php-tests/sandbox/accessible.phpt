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
    same('fields without label', [], $browser->run('return Array.from(document.querySelectorAll("input:not([type=hidden]), select"), (field) => field.labels.length > 0 ? null : field.name).filter((name) => name !== null)'));
    same('heads without scope', 0, $browser->run('return document.querySelectorAll("th:not([scope])").length'));
    same('ids that are not unique', [], $browser->run('return Array.from(document.querySelectorAll("[id]"), (element) => element.id).filter((id, index, all) => all.indexOf(id) !== index)'));
    same('buttons and links without name', 0, $browser->run('return Array.from(document.querySelectorAll("a, button, summary")).filter((element) => element.textContent.trim() === "").length'));
    same('levels of headings', true, $browser->run('return Array.from(document.querySelectorAll("h1, h2, h3, h4"), (heading) => Number(heading.localName[1])).every((level, index, all) => level <= (all[index - 1] ?? 0) + 1)'));
    $roles = array_filter(array_map(static fn (array $node): string => $node['ignored'] ? '' : $node['role']['value'], $browser->inspect('Accessibility.getFullAXTree', [])['nodes']));
    foreach (['banner', 'main', 'navigation', 'table', 'heading', 'status'] as $role) {
        holds("role $role", in_array($role, $roles, true), implode(' ', array_unique($roles)));
    }

    // Contrast of WCAG 2.2, level AA, of every text.
    foreach (['light', 'dark'] as $scheme) {
        $browser->inspect('Emulation.setEmulatedMedia', ['features' => [['name' => 'prefers-color-scheme', 'value' => $scheme]]]);
        same("contrast in $scheme", [], $browser->run(<<<'JS'
            for (const details of document.querySelectorAll("details")) details.open = true;
            const channels = (color) => color.match(/[\d.]+/g).map(Number);
            const light = (color) => channels(color).slice(0, 3).map((value) => value / 255)
                .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
                .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
            const ground = (element) => {
                for (; element !== null; element = element.parentElement) {
                    const color = getComputedStyle(element).backgroundColor;
                    if ((channels(color)[3] ?? 1) > 0) return color;
                }
                return "rgb(255, 255, 255)";
            };
            const poor = [];
            for (const element of document.body.querySelectorAll("*")) {
                const own = Array.from(element.childNodes).some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
                if (!own || element.closest(".skip, .hidden, option") !== null) continue;
                const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
                if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${element.outerHTML.slice(0, 80)} ${(a + 0.05) / (b + 0.05)}`);
            }
            return poor;
            JS));
    }

    // A phone: tables may be moved sideways, the page not.
    $browser->inspect('Emulation.setDeviceMetricsOverride', ['width' => 360, 'height' => 640, 'deviceScaleFactor' => 1, 'mobile' => false]);
    same('wider than a phone', 0, $browser->run('return document.documentElement.scrollWidth - document.documentElement.clientWidth'));
    $browser->inspect('Emulation.clearDeviceMetricsOverride', []);
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

// Without JavaScript. What is not live must be asked for.
$browser->inspect('Emulation.setScriptExecutionDisabled', ['value' => true]);
$browser->open($page);
$browser->click('#orders tbody tr:last-child a');
holds('order', str_ends_with($browser->url(), '/items/1'));
$browser->click('summary');
$browser->click('header .name');
$browser->type('[name=q]', "0000001\u{E007}");
holds('search', str_contains($browser->url(), 'q=0000001'));
$browser->open($page);
$browser->type('[name=answer]', '503');
$browser->click('form[action="/answer"] button');
$browser->inspect('Emulation.setScriptExecutionDisabled', ['value' => false]);
contains('answer', '503, indisponible', $browser->text('#plan'));
?>
done
--EXPECT--
done
