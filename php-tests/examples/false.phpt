--TEST--
A false that SPREAD answers is no failure, in the examples, the guide and the stubs
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static function (array $request): string {
    return $request['path'] === '/down' ? answer(500) : answer_json(false);
});
$settings = ['spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => 0, 'display_errors' => 1];
$answers = ['false' => $server->url(), '500' => $server->url('/down')];

/** The code blocks of a page, or of the comments of the stubs, that hold a text. */
function code_with(string $text, string $file): array
{
    $page = preg_replace('/^ \* ?/m', '', file_get_contents(__DIR__ . "/../../$file"));
    preg_match_all('/^```php\n(.*?)^```$/ms', $page, $blocks);
    return array_values(array_filter($blocks[1], static fn (string $code): bool => str_contains($code, $text)));
}

foreach ($answers as $what => $url) {
    $result = run(php_command(['spread.endpoint' => $url] + $settings, __DIR__ . '/../../examples/update_order.php'));
    echo "update_order.php, $what: status $result[status], ", strrchr(rtrim("\n$result[out]$result[err]"), "\n"), "\n";
}

// The codes are run with an order before them, and must not fail whatever the answer is.
$codes = [...code_with('spread_last_error()', 'docs/migration.md'), ...code_with('spread_last_error()', 'stubs/spread.php')];
foreach ($codes as $code) {
    foreach ($answers as $what => $url) {
        $script = '$data = $request = ["order_idorder" => "1"]; $post_data = ["data" => $data, "request" => $request];'
            . '$response = spread_update_order($data, $request);' . "\n$code\n" . 'echo "done";';
        $result = run_php($script, ['spread.endpoint' => $url, 'error_log' => '/dev/null'] + $settings);
        same("$what\n$script", 'done', $result['out'] . $result['err']);
    }
}
echo count($codes), " pieces of code\n";
?>
--EXPECT--
update_order.php, false: status 0, 
false
update_order.php, 500: status 1, 
SPREAD refused order 0000001: HTTP 500 Internal Server Error; send it again later
3 pieces of code
