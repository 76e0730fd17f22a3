--TEST--
A setting of the polyfill comes from an option, a constant, php.ini, the environment or its default, in this sequence
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/polyfill.inc';

$server = serve(static fn (array $request): string => answer_json(basic_credentials($request) . " $request[path]"), ['tls' => ($tls = new Certificates())->server()]);
$call = 'echo json_encode(spread_update_order([], [])), "\n";';
$client = 'echo json_encode((new Spread\Client("option", "k", ["endpoint" => getenv("URL") . "/option"]))->updateOrder([], [])), "\n";';
$constant = 'define("SPREAD_PUBLIC_KEY", "constant"); define("SPREAD_ENDPOINT", getenv("URL") . "/constant");';
$environment = ['URL' => $server->url(''), 'SPREAD_PUBLIC_KEY' => 'environment', 'SPREAD_PRIVATE_KEY' => 'k', 'SPREAD_ENDPOINT' => $server->url('/environment'), 'SPREAD_CA_FILE' => $tls->ca];
$ini = ['spread.public_key' => 'ini', 'spread.endpoint' => $server->url('/ini')];
echo with_polyfill("$constant $client", $ini, $environment);
echo with_polyfill("$constant $call", $ini, $environment);
echo with_polyfill($call, $ini, $environment);
echo with_polyfill($call, ['spread.public_key' => ''], $environment);
echo with_polyfill('echo count(spread_validate_order([], [])), spread_update_order([], []) === false ? " " : "", spread_last_error()->getMessage();', ['spread.log_failures' => 0]);
?>
--EXPECT--
"option:k \/option"
"constant:k \/constant"
"ini:k \/ini"
"environment:k \/environment"
6 the order was not sent: there are no API keys; set spread.public_key and spread.private_key, or SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in the environment
