--TEST--
Spread\Client has its own keys and options, gives the same answers and always throws
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static fn (array $request): string => str_contains($request['body'], 'refuse')
    ? answer_json(['error' => 'no'], 422)
    : answer_json([basic_credentials($request), $request['connection']]), ['tls' => $tls->server()]);
$options = ['endpoint' => $server->url(), 'ca_file' => $tls->ca, 'timeout' => 5, 'connect_timeout' => 1.5];
configure(log_failures: 0);

// Named arguments; the INI settings do not matter.
$one = new Spread\Client(publicKey: 'one', privateKey: 'first', options: $options);
$two = new Spread\Client('two', 'second', $options);
echo json_encode($one->updateOrder(data: ['order_idorder' => '1'], request: [])), "\n";
echo json_encode($two->updateOrder(['order_idorder' => '2'], [])), "\n";

// Two clients with the same keys share a connection, different key pairs never do.
$again = new Spread\Client('one', 'first', $options);
echo json_encode($again->updateOrder([], [])), "\n";
echo json_encode($one->updateOrder([], [])), "\n";
echo json_encode($two->updateOrder([], [])), "\n";
echo json_encode((clone $two)->updateOrder([], [])), "\n";

// It throws, whatever spread.error_mode says.
foreach (['silent', 'warning', 'exception'] as $mode) {
    configure(error_mode: $mode);
    try {
        $one->updateOrder(['x' => 'refuse'], ['order_idorder' => '7']);
        echo "not thrown\n";
    } catch (Spread\ResponseException $exception) {
        echo $mode, ': ', $exception->getCode(), ' ', json_encode($exception->getResponse()), "\n";
        same('last error', true, spread_last_error() === $exception);
    }
}
echo json_encode($one->updateOrder([], [])), ' ', json_encode(spread_last_error()), "\n";

// The same rules as those of the function.
same('rules', spread_validate_order(['a' => 1], []), $one->validateOrder(['a' => 1], []));

// Properties are those that the caller can see, not the client.
final class Order
{
    public string $seen = '1';
    private string $hidden = '2';

    public function send(Spread\Client $client): mixed
    {
        return $client->updateOrder(['order' => $this], []);
    }
}
(new Order())->send($one);
$one->updateOrder(['order' => new Order()], []);
foreach (array_slice($server->requests(), -2) as $request) {
    echo $request['body'], "\n";
}
?>
--EXPECT--
["one:first",1]
["two:second",2]
["one:first",1]
["one:first",1]
["two:second",2]
["two:second",2]
silent: 422 {"error":"no"}
warning: 422 {"error":"no"}
exception: 422 {"error":"no"}
["one:first",1] null
data%5Border%5D%5Bseen%5D=1&data%5Border%5D%5Bhidden%5D=2
data%5Border%5D%5Bseen%5D=1
