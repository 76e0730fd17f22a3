--TEST--
A setting that does not parse causes a ConfigurationException that names it and the expected value
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static fn (): string => answer_json('ok'));
$good = ['endpoint' => $server->url(), 'public_key' => 'shop', 'private_key' => 's3cret', 'log_failures' => '0', 'timeout' => '10', 'connect_timeout' => '2', 'error_mode' => 'silent'];
$invalid = [
    'timeout' => ['abc', '0', '-1', '1e9', '10s', '', 'NAN', 'INF', '0x10', '1,5'],
    'connect_timeout' => ['abc', '0', '-1', '1e9', '2 seconds', ''],
    'endpoint' => ['ftp://x', 'https://joe:hunter2@127.0.0.1/', 'https://joe@127.0.0.1/', '/api/updateOrder', 'social-sb.com/api', '', 'http://', 'file:///etc/passwd', 'javascript:alert(1)', 'http://127.0.0.1:99999/'],
    'error_mode' => ['loud', 'silent,warning', '2'],
];
$expected = ['timeout' => 'seconds', 'connect_timeout' => 'seconds', 'endpoint' => 'URL', 'error_mode' => 'exception'];
foreach ($invalid as $name => $values) {
    foreach ($values as $value) {
        configure(...$good);
        configure(...[$name => $value]);
        $what = "spread.$name=$value";
        same($what, 'Spread\ConfigurationException', outcome(@spread_update_order(['order_idorder' => '0000001'], [])));
        $error = spread_last_error();
        contains($what, "spread.$name", $error?->getMessage());
        contains($what, $expected[$name], $error?->getMessage());
        lacks($what, 'hunter2', $error?->getMessage());
        same("$what: retryable", false, $error?->isRetryable());
        configure(...$good);
        same("the next order after $what", 'ok', spread_update_order([], []));
        same("$what: a valid body all the same", 'data%5Ba%5D=1', spread_encode_order(['a' => 1], []));
    }
}
// Invalid at startup: reported once at startup, as PHP reports its own settings, and once in a call that needs it.
foreach (['timeout' => 'abc', 'connect_timeout' => '-1', 'endpoint' => 'ftp://x', 'error_mode' => 'loud'] as $name => $value) {
    $settings = array_combine(array_map(static fn ($key) => "spread.$key", array_keys($good)), $good);
    $settings["spread.$name"] = $value;
    $settings['spread.log_failures'] = '1';
    $result = run_php('echo "\n", json_encode([spread_update_order([], []), spread_last_error()::class, spread_last_error()->getMessage()]);', $settings);
    [$startup, $report] = explode("\n{\"", str_replace("\n[", "\n{\"", $result['out'])) + ['', ''];
    // PHP reports the settings of extensions alone.
    same("warnings at the start for spread.$name=$value", polyfill() === null ? 1 : 0, substr_count($startup, 'Warning'));
    if (polyfill() === null) {
        contains("warning at the start for spread.$name=$value", "spread.$name", $startup);
        contains("warning at the start for spread.$name=$value", $expected[$name], $startup);
    }
    [$answer, $class, $message] = json_decode("[$report", true) ?? [$result['out'], '', ''];
    same("spread.$name=$value at the start", [false, 'Spread\ConfigurationException'], [$answer, $class]);
    contains("spread.$name=$value at the start", "spread.$name", $message);
    same("lines in the log for spread.$name=$value", 1, substr_count($result['err'], "\n"));
    contains("log for spread.$name=$value", "spread.$name", $result['err']);
}
// Valid values that look odd.
foreach (['timeout' => ['0.5', ' 5 ', '1e1', '86400', '.5', '+3'], 'connect_timeout' => ['0.25', '1'], 'error_mode' => ['silent', 'warning', 'exception']] as $name => $values) {
    foreach ($values as $value) {
        configure(...$good);
        configure(...[$name => $value]);
        same("spread.$name=$value", 'ok', spread_update_order([], []) ?: spread_last_error()->getMessage());
    }
}
echo "done\n";
?>
--EXPECT--
done
