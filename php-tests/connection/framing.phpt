--TEST--
Answers are read in every framing that HTTP/1.1 allows
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$chunked = "Transfer-Encoding: chunked\r\n\r\n";
$kept = [
    'a length' => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[1,2]",
    'chunks' => "HTTP/1.1 200 OK\r\n{$chunked}2\r\n[1\r\n3\r\n,2]\r\n0\r\n\r\n",
    'chunks with extensions and upper-case digits' => "HTTP/1.1 200 OK\r\n{$chunked}0A;x=y\r\n   [1,2]  \r\n00\r\n\r\n",
    'a trailer' => "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\n{$chunked}5\r\n[1,2]\r\n0\r\nX-Sum: 1\r\n\r\n",
    '100 first' => "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[1,2]",
    '103 twice first' => str_repeat("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 2) . "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[1,2]",
    'lower-case names, no reason' => "HTTP/1.1 200 \r\ncontent-length:5\r\n\r\n[1,2]",
    'no reason, no space' => "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\n[1,2]",
    'a Latin-1 reason' => "HTTP/1.1 200 C'est r\xe9ussi\r\nContent-Length: 5\r\n\r\n[1,2]",
    'no content' => "HTTP/1.1 204 No Content\r\n\r\n",
    'no content, with a length' => "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    'nothing' => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    'no chunks' => "HTTP/1.1 200 OK\r\n{$chunked}0\r\n\r\n",
    '90 headers' => "HTTP/1.1 200 OK\r\n" . str_repeat("Set-Cookie: a=b\r\n", 90) . "Content-Length: 5\r\n\r\n[1,2]",
];
$closed = [
    'until the end' => "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[1,2]",
    'until the end, not announced' => "HTTP/1.1 200 OK\r\n\r\n[1,2]",
    'HTTP/1.0' => "HTTP/1.0 200 OK\r\n\r\n[1,2]",
    'HTTP/1.0 with a length' => "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n[1,2]",
    'nothing until the end' => "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
];
configure(public_key: 'shop', private_key: 's3cret', log_failures: 0);

$answers = array_values($kept);
$server = serve(function (array $request, Connection $connection) use ($answers): void {
    parse_str($request['body'], $order);
    // In two pieces, split at each position, the second a little later.
    [$number, $cut] = explode(' ', $order['data']['order_idorder']);
    $connection->write(substr($answers[$number], 0, (int) $cut));
    $connection->wait(0.001);
    $connection->write(substr($answers[$number], (int) $cut));
});
configure(endpoint: $server->url());
foreach (array_keys($kept) as $number => $what) {
    $outcomes = [];
    for ($cut = 0; $cut < min(70, strlen($answers[$number])); $cut += 3) {
        $outcomes[outcome(spread_update_order(['order_idorder' => "$number $cut"], []))] = true;
    }
    echo $what, ': ', implode(' or ', array_keys($outcomes)), "\n";
}
echo $server->connections(), " connection\n";
foreach ($closed as $what => $answer) {
    $server = serve_connections(function (Connection $connection) use ($answer): void {
        $connection->request();
        $connection->write($answer);
    });
    configure(endpoint: $server->url());
    echo $what, ': ', outcome(spread_update_order([], [])), ', ', outcome(spread_update_order([], [])), "\n";
}
?>
--EXPECT--
a length: answer [1,2]
chunks: answer [1,2]
chunks with extensions and upper-case digits: answer [1,2]
a trailer: answer [1,2]
100 first: answer [1,2]
103 twice first: answer [1,2]
lower-case names, no reason: answer [1,2]
no reason, no space: answer [1,2]
a Latin-1 reason: answer [1,2]
no content: answer null
no content, with a length: answer null
nothing: answer null
no chunks: answer null
90 headers: answer [1,2]
1 connection
until the end: answer [1,2], answer [1,2]
until the end, not announced: answer [1,2], answer [1,2]
HTTP/1.0: answer [1,2], answer [1,2]
HTTP/1.0 with a length: answer [1,2], answer [1,2]
nothing until the end: answer null, answer null
