--TEST--
Messages, log lines, traces and dumps show neither keys nor orders
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

ini_set('zend.exception_string_param_max_len', '100000');
$tls = new Certificates();
$refuses = serve(static fn (): string => answer(401, ['WWW-Authenticate: Basic realm="SPREAD"'], 'bad keys'));
$fails = serve(static fn (): string => answer(500, [], '{"error":"oops"}'), ['tls' => $tls->server()]);
$lies = serve(static fn (): string => answer(200, [], '<html>login</html>'));
$untrusted = serve(static fn (): string => answer(200), ['tls' => $tls->server('unknown_ca')]);
$silent = new SilentPort();
$endpoints = [
    'refused' => $refuses->url(), 'failed' => $fails->url(), 'HTML' => $lies->url(), 'untrusted' => $untrusted->url(), 'silent' => $silent->url(),
    'no name' => 'http://' . str_repeat('a', 64) . '/', 'bad endpoint' => 'ftp://x/', 'endpoint with keys' => 'https://PUB-4711:PRIV-0815@127.0.0.1/',
];
configure(public_key: 'PUB-4711', private_key: 'PRIV-0815', ca_file: $tls->ca, connect_timeout: 0.2, error_mode: 'exception');
$data = ['order_idorder' => '0000001', 'customer_email' => 'john@doe.com', 'customer_name' => 'Doe-Smith', 'deep' => ['phone' => '0235000000']];
$secrets = [
    'PRIV-0815', base64_encode('PUB-4711:PRIV-0815'), rtrim(base64_encode('PRIV-0815'), '='), substr(base64_encode('PUB-4711:PRIV-0815'), 12, 8),
    'john@doe.com', 'john%40doe.com', 'Doe-Smith', '0235000000', 'customer_email',
];
$log = collect_log();
$safe = static function (string $what, string $text) use ($secrets): void {
    foreach ($secrets as $secret) {
        holds("$what does not contain $secret", !str_contains($text, $secret), $text);
    }
};
foreach ($endpoints as $what => $endpoint) {
    configure(endpoint: $endpoint);
    $error = null;
    try {
        spread_update_order($data, ['order_idorder' => '0000001', 'customer_email' => 'john@doe.com']);
    } catch (Spread\Exception $error) {
    }
    if (!holds("$what throws", $error !== null)) {
        continue;
    }
    $safe("$what: message", $error->getMessage());
    $safe("$what: log", implode("\n", $log()));
    $safe("$what: trace", $error->getTraceAsString());
    $safe("$what: string", (string) $error);
    $safe("$what: trace array", print_r($error->getTrace(), true));
    $safe("$what: print_r", print_r($error, true));
    $safe("$what: var_export", var_export($error, true));
    ob_start();
    var_dump($error);
    $safe("$what: var_dump", ob_get_clean());
    $safe("$what: cast to array", print_r((array) $error, true));
    $safe("$what: json", (string) json_encode($error));
    $safe("$what: response", print_r($error->getResponse(), true));
}
// Output that PHP writes itself.
$code = <<<'PHP'
    set_error_handler(function (int $level, string $message) { debug_print_backtrace(); return false; });
    spread_update_order(['order_idorder' => '0000001', 'customer_email' => 'john@doe.com', 'customer_name' => 'Doe-Smith'], ['x' => '0235000000']);
    PHP;
$settings = ['spread.endpoint' => $fails->url(), 'spread.ca_file' => $tls->ca, 'spread.public_key' => 'PUB-4711', 'spread.private_key' => 'PRIV-0815',
    'zend.exception_string_param_max_len' => 100000, 'display_errors' => 1, 'log_errors' => 1];
foreach (['warning', 'exception'] as $mode) {
    $result = run_php($code, $settings + ['spread.error_mode' => $mode]);
    $safe("output in mode $mode", $result['out'] . $result['err']);
    contains("output in mode $mode", '0000001', $result['out']);
}
foreach (['spread_update_order', 'spread_encode_order'] as $function) {
    foreach ((new ReflectionFunction($function))->getParameters() as $parameter) {
        echo $function, ' $', $parameter->getName(), ': ', implode(', ', array_map(static fn ($attribute) => $attribute->getName(), $parameter->getAttributes())), "\n";
    }
}
?>
--EXPECT--
spread_update_order $data: SensitiveParameter
spread_update_order $request: SensitiveParameter
spread_encode_order $data: SensitiveParameter
spread_encode_order $request: SensitiveParameter
