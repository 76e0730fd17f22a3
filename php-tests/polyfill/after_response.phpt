--TEST--
The polyfill's after_response: the orders go out after the shop's shutdown functions, even when one exits or throws
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/polyfill.inc';

$server = serve(static fn (array $request): string => answer_json(null));
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.delivery' => 'after_response', 'display_errors' => 0];
$report = 'function report($id) { echo json_encode(spread_update_order(["order_idorder" => $id], [])), " "; } ';
$endings = [
    'plain' => 'report(1);',
    'a later shutdown function' => 'report(1); register_shutdown_function(function () { report(2); });',
    'a destructor' => 'class Late { function __destruct() { report(2); } } $late = new Late(); report(1);',
    'exit' => 'register_shutdown_function(function () { exit; }); report(1);',
    'exception' => 'register_shutdown_function(function () { throw new Exception(); }); report(1);',
    'fatal error' => 'report(1); missing();',
];
$seen = 0;
foreach ($endings as $what => $code) {
    echo "$what: ", with_polyfill($report . $code, $settings);
    preg_match_all('/order_idorder%5D=(\d)/', implode(' ', array_column(array_slice($server->requests(), $seen), 'body')), $found);
    $seen += count($found[1]);
    echo implode(', ', $found[1]), "\n";
}
?>
--EXPECT--
plain: true 1
a later shutdown function: true true 1, 2
a destructor: true null 1, 2
exit: true 1
exception: true 1
fatal error: true 1
