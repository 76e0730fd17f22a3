--TEST--
A hostile order is text on the page: no markup, no script, nothing hidden
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

$attacks = [
    '<script>window.pwned = 1; alert(1)</script>',
    '"><img src=x onerror="window.pwned = 1">',
    "' onmouseover='window.pwned = 1' autofocus onfocus='window.pwned = 1",
    '</td></table></main><h1>owned</h1><style>* { display: none !important }</style>',
    '<base href="https://example.com/"><meta http-equiv="refresh" content="0; url=https://example.com/">',
    'javascript:window.pwned=1',
    '&lt;script&gt;window.pwned = 1&lt;/script&gt;',
    "<svg><animate onbegin=window.pwned=1 attributeName=x dur=1s></svg>",
    "]]><!--<iframe srcdoc='<script>parent.pwned=1</script>'>",
];
$deep = 'x';
for ($level = 0; $level < 120; $level++) {
    $deep = ["<b>$level" => $deep];
}
$orders = [
    'rtl' => ['customer_name' => "\u{202e}gpj.exe\u{202c}", 'customer_city' => 'مرحبا بالعالم'],
    'control' => ['customer_name' => "a\0b\x1b[31mc\x07\x7f\u{85}\u{200b}d\r\ne"],
    'bytes' => ['customer_name' => "\xff\xfe\xc3", "\xff" => "\xf0\x9f"],
    'huge' => ['customer_name' => str_repeat('<b>', 300_000), str_repeat('k', 100_000) => 'v'],
    'many' => ['custom_fields' => array_fill(0, 3_000, '<i>')],
    'deep' => ['custom_fields' => $deep],
];
foreach ($attacks as $number => $attack) {
    $orders["attack $number"] = ['customer_email' => $attack, 'order_state' => $attack, 'order_amount' => $attack, $attack => $attack, 'add_tag' => [$attack => $attack]];
    $orders[$attack] = [];
}

$browser = new Browser();
$browser->open($page);
$browser->waitFor('#connection', 'live');
foreach ($orders as $id => $fields) {
    // Twice, so that there are changes to show.
    foreach (['10', 'changed'] as $state) {
        contains("order $id", '"status":"ok"', outcome(spread_update_order($fields + ['order_idorder' => $id, 'order_state' => $state, 'x' => $state], ['order_idorder' => $id])));
    }
}
$browser->waitFor('#orders caption', count($orders) . ' orders and accounts');
$browser->open($page);
same('orders', count($orders) . ' orders and accounts', $browser->text('#orders caption'));

$is_harmless = static function (string $what) use ($browser): void {
    same("$what: script", null, $browser->run('return window.pwned'));
    same("$what: elements", [], $browser->run(<<<'JS'
        const known = "html head meta title link script body a header p nav main h1 h2 h3 div form label input button select option " +
            "strong span table caption thead tr th tbody td bdi time section ul li details summary article code ins del br pre";
        return Array.from(document.querySelectorAll("*"), (element) => element.localName).filter((name) => !known.split(" ").includes(name));
        JS));
    same("$what: handlers", 0, $browser->run('return Array.from(document.querySelectorAll("*")).filter((element) => element.getAttributeNames().some((name) => name.startsWith("on") || name === "autofocus" || name === "style")).length'));
    same("$what: headings", 1, $browser->run('return document.querySelectorAll("h1").length'));
    same("$what: scripts", 1, $browser->run('return document.scripts.length'));
    same("$what: marks of direction", false, $browser->run('return /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(document.documentElement.innerHTML)'));
    // A refused script or style is a complaint, too: nothing may even be tried.
    same("$what: complaints", [], $browser->complaints());
};
$is_harmless('list');
$links = $browser->run('return Array.from(document.querySelectorAll("#orders a"), (link) => link.href)');
same('links', count($orders), count($links));
foreach ($links as $link) {
    $browser->open($link);
    $browser->run('for (const details of document.querySelectorAll("details")) details.open = true');
    $is_harmless($titles[] = $title = $browser->text('h1'));
    $text = $browser->text('main');
    match ($title) {
        'Order rtl' => contains('direction', 'U+202E', $text) && contains('Arabic', 'مرحبا', $text),
        'Order control' => contains('control', "a\u{2400}b\u{241b}[31mc\u{2407}\u{2421}U+0085U+200Bd\u{240d}\u{240a}e", $text),
        'Order bytes' => contains('bytes', '\xFF\xFE\xC3', $text) && contains('rule', 'not-utf-8', $text),
        'Order huge' => contains('huge', '(900000 bytes)', $text),
        'Order many' => contains('many', 'are not read', $text) && lacks('many', 'missing', $text),
        'Order deep' => contains('deep', '[<b>119]', $text),
        default => null,
    };
}

foreach (['rtl', 'control', 'bytes', 'huge', 'many', 'deep'] as $id) {
    holds("order $id was shown", in_array("Order $id", $titles, true));
}

// In a search, in French, and in an address.
foreach ($attacks as $attack) {
    $browser->open("$page?" . http_build_query(['q' => $attack, 'lang' => 'fr', 'page' => $attack]));
    same('searched', $attack, $browser->run('return document.querySelector("[name=q]").value'));
    $is_harmless("search for $attack");
    $browser->open($browser->run('return document.querySelector("#orders a").href'));
    $is_harmless("$attack in French");
}
foreach (['page=18446744073709551615', 'page=-1', 'page[]=1'] as $query) {
    same($query, 200, request('GET', "$page?$query")['status']);
}
same('newer', 200, request('GET', "{$page}items/1?newer=18446744073709551615")['status']);
same('address', 404, request('GET', "{$page}items/18446744073709551615")['status']);
same('no number', 400, request('GET', "{$page}items/%3Cscript%3E")['status']);
?>
done
--EXPECT--
done
