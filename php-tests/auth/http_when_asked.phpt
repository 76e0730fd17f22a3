--TEST--
Over plain http keys are sent only after a challenge; the challenge is remembered
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

function show(Server $server): void
{
    foreach ($server->requests() as $request) {
        echo '  connection ', $request['connection'], ', ', basic_credentials($request) ?? 'no keys', ', ', $request['body'], "\n";
    }
}

$asks = static fn (array $request): string => basic_credentials($request) === null
    ? answer(401, ['WWW-Authenticate: Basic realm="SPREAD"', 'Content-Type: text/html'], '<h1>who are you?</h1>')
    : answer_json(basic_credentials($request));

echo "a server that asks\n";
$server = serve($asks);
configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret');
foreach ([1, 2, 3] as $number) {
    echo outcome(spread_update_order(['n' => $number], [])), "\n";
}
show($server);

echo "the same origin, another path\n";
configure(endpoint: $server->url('/other'));
echo outcome(spread_update_order(['n' => 4], [])), ', ', count($server->requests()), " requests so far\n";

echo "another origin has not asked yet\n";
$other = serve($asks);
configure(endpoint: $other->url());
echo outcome(spread_update_order(['n' => 5], [])), "\n";
show($other);

echo "a server that never asks\n";
$open = serve(static fn (array $request): string => answer_json('open'));
configure(endpoint: $open->url());
echo outcome(spread_update_order(['n' => 6], [])), "\n";
show($open);

echo "a server that closes after it has asked\n";
$closes = serve(static fn (array $request): string => basic_credentials($request) === null
    ? answer(401, ['WWW-Authenticate: Basic realm="SPREAD"', 'Connection: close'])
    : answer_json('ok'));
configure(endpoint: $closes->url());
echo outcome(spread_update_order(['n' => 7], [])), "\n";
show($closes);
?>
--EXPECT--
a server that asks
answer "shop:s3cret"
answer "shop:s3cret"
answer "shop:s3cret"
  connection 1, no keys, data%5Bn%5D=1
  connection 1, shop:s3cret, data%5Bn%5D=1
  connection 1, shop:s3cret, data%5Bn%5D=2
  connection 1, shop:s3cret, data%5Bn%5D=3
the same origin, another path
answer "shop:s3cret", 5 requests so far
another origin has not asked yet
answer "shop:s3cret"
  connection 1, no keys, data%5Bn%5D=5
  connection 1, shop:s3cret, data%5Bn%5D=5
a server that never asks
answer "open"
  connection 1, no keys, data%5Bn%5D=6
a server that closes after it has asked
answer "ok"
  connection 1, no keys, data%5Bn%5D=7
  connection 2, shop:s3cret, data%5Bn%5D=7
