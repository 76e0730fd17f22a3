--TEST--
The documented orders arrive with the same body, content type and header names as from the documented snippet, and give the same answer
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$handler = function (array $request): string {
    return basic_credentials($request) === 'PUBLIC_KEY:PRIVATE_KEY'
        ? answer_json(['ok' => true, 'sum' => md5($request['body'])])
        : answer(401, ['WWW-Authenticate: Basic realm="SPREAD"'], 'who are you?');
};
$tls = new Certificates();
$servers = ['https' => serve($handler, ['tls' => $tls->server()]), 'http' => serve($handler)];
configure(public_key: 'PUBLIC_KEY', private_key: 'PRIVATE_KEY', ca_file: $tls->ca);

foreach ($servers as $scheme => $server) {
    configure(endpoint: $server->url());
    foreach (documented() as $edition => $order) {
        $before = count($server->requests());
        $old = snippet($order, $server->url(), 'PUBLIC_KEY:PRIVATE_KEY', $tls->ca);
        $between = count($server->requests());
        $new = spread_update_order($order['data'], $order['request']);
        $requests = $server->requests();
        $last_of_old = $requests[$between - 1];
        $last_of_new = end($requests);
        same("$scheme, $edition: answer", json_decode($old, true), $new);
        foreach (['method', 'path', 'body'] as $part) {
            same("$scheme, $edition: $part", $last_of_old[$part], $last_of_new[$part]);
        }
        foreach (['Host', 'Accept', 'Content-Type', 'Content-Length', 'Authorization', 'Accept-Encoding', 'Expect'] as $name) {
            same("$scheme, $edition: $name", header_values($last_of_old, $name), header_values($last_of_new, $name));
        }
        // Spelled as curl spells them: User-Agent is the only one that the snippet does not send.
        $names = static fn (array $request): array => array_column($request['headers'], 0);
        same("$scheme, $edition: names", [], array_values(array_diff($names($last_of_new), $names($last_of_old), ['User-Agent'])));
        printf("%s, %s edition: %d requests became %d\n", $scheme, $edition, $between - $before, count($requests) - $between);
    }
}
?>
--EXPECT--
https, first edition: 2 requests became 1
https, second edition: 2 requests became 1
http, first edition: 2 requests became 2
http, second edition: 2 requests became 1
