--TEST--
The sandbox answers its own hosts alone, and changes nothing for another site
--EXTENSIONS--
openssl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('browser');
sandbox_program();
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('browser');

[$sandbox, $endpoint, $page] = start_sandbox('--host', 'sandbox.example', '--private-key', 's3cret');
$port = parse_url($page, PHP_URL_PORT);
$keys = ['Authorization' => 'Basic ' . base64_encode('PUBLIC_KEY:s3cret')];

// DNS rebinding: the attacker's name leads here.
foreach (['127.0.0.1' => 200, 'localhost' => 200, 'shop.localhost' => 200, '[::1]' => 200, 'sandbox.example' => 200, 'evil.example' => 421, 'localhost.evil.example' => 421, '' => 421] as $host => $status) {
    same("Host $host", $status, request('GET', $page, ['Host' => "$host:$port"])['status']);
    same("Host $host of a call", $status, request('POST', $endpoint, ['Host' => "$host:$port"] + $keys, 'data[a]=1')['status']);
}
same('no Host', true, in_array(request('GET', $page, ['Host' => null])['status'], [400, 421], true));

$answer = request('GET', $page);
contains('policy', "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", $answer['head']);
foreach (['x-content-type-options: nosniff', 'cache-control: no-store', 'referrer-policy: same-origin', 'cross-origin-resource-policy: same-origin'] as $header) {
    contains('head', $header, $answer['head']);
}
lacks('inline script', '<script>', $answer['body']);
lacks('inline style', 'style=', $answer['body']);
lacks('the private key', 's3cret', $answer['body']);

// Forms need the token and this origin.
preg_match('/name="token" value="(\w+)"/', $answer['body'], $token);
$form = 'answer=503&calls=all';
$own = ['Origin' => "http://127.0.0.1:$port", 'Sec-Fetch-Site' => 'same-origin', 'Sec-Fetch-Mode' => 'navigate'];
$set = static fn (array $headers, string $form): int => request('POST', "{$page}answer", $headers, $form)['status'];
same('no token', 403, $set($own, $form));
same('wrong token', 403, $set($own, "$form&token=" . str_repeat('0', 32)));
same('another origin', 403, $set(['Origin' => 'https://evil.example'], "$form&token=$token[1]"));
same('another port', 403, $set(['Origin' => 'http://127.0.0.1:1', 'Sec-Fetch-Site' => 'same-site', 'Sec-Fetch-Mode' => 'navigate'], "$form&token=$token[1]"));
same('a sandboxed frame', 403, $set(['Origin' => 'null'], "$form&token=$token[1]"));
same('by an address', 405, request('GET', "{$page}answer?$form&token=$token[1]")['status']);
same('too large', 413, $set($own, str_repeat('x', 1 << 20)));
same('forgetting', 403, request('POST', "{$page}clear", $own)['status']);
same('events for another site', 403, request('GET', "{$page}live", ['Sec-Fetch-Site' => 'cross-site', 'Sec-Fetch-Mode' => 'cors'])['status']);
contains('nothing changed', 'Every call is answered <strong><span class="nowrap good">200', request('GET', $page)['body']);
same('with both', 303, $set($own, "$form&token=$token[1]"));
contains('changed', '503, unavailable</span>', request('GET', $page)['body']);
same('no such answer', 400, $set($own, "answer=x&token=$token[1]"));

// The file of --keep, and the page at an address of its own.
$file = sys_get_temp_dir() . '/spread-sandbox-' . bin2hex(random_bytes(6)) . '.db';
foreach ([1, 2] as $start) {
    [$kept, $endpoint, $page] = start_sandbox('--keep', $file, '--page', '127.0.0.1:0', '--tls', '--ca-out', '/dev/null');
    $kept->said('~^listening on (https://127\.0\.0\.1:\d+/api/updateOrder)$~m');
    same("orders at start $start", (int) ($start === 2), preg_match('/Order kept/', request('GET', $page)['body']));
    if ($start === 1) {
        $context = stream_context_create(['http' => ['method' => 'POST', 'header' => ['Authorization: Basic ' . base64_encode('PUBLIC_KEY:PRIVATE_KEY'), 'Content-Type: application/x-www-form-urlencoded'], 'content' => 'request[order_idorder]=kept'], 'ssl' => ['verify_peer' => false, 'verify_peer_name' => false]]);
        contains('kept', '"status":"ok"', file_get_contents($endpoint, false, $context));
    }
    $kept->stop();
}
same('its mode', '600', decoct(fileperms($file) & 0777));
array_map(unlink(...), glob("$file*"));
?>
done
--EXPECT--
done
