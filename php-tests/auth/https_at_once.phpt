--TEST--
Over https the first request already carries Basic: one request for each order
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static fn (array $request): string => answer_json(basic_credentials($request)), ['tls' => $tls->server()]);
configure(endpoint: $server->url(), ca_file: $tls->ca, public_key: 'PUBLIC_KEY', private_key: 'PRIVATE_KEY');

var_dump(spread_update_order([], []), spread_update_order([], []));
echo count($server->requests()), " requests\n";
var_dump(header_values($server->requests()[0], 'Authorization') === ['Basic ' . base64_encode('PUBLIC_KEY:PRIVATE_KEY')]);
?>
--EXPECT--
string(22) "PUBLIC_KEY:PRIVATE_KEY"
string(22) "PUBLIC_KEY:PRIVATE_KEY"
2 requests
bool(true)
