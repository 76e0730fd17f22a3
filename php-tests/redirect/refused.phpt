--TEST--
A redirect that is not followed gives one sentence with the server, the order and the reason, and no second request
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);
$redirects = [
    'https to http' => ['https', 'http://127.0.0.1:1/elsewhere?token=t0ken', 'from https to http'],
    'ftp' => ['http', 'ftp://127.0.0.1:1/elsewhere?token=t0ken', 'a scheme other than http and https'],
    'file' => ['http', 'file:///elsewhere?token=t0ken', 'a scheme other than http and https'],
    'gopher' => ['http', 'gopher://127.0.0.1:1/_elsewhere?token=t0ken', 'a scheme other than http and https'],
    'data' => ['https', 'data:,elsewhere?token=t0ken', 'a scheme other than http and https'],
    'no URL' => ['http', 'http://[elsewhere?token=t0ken', 'an invalid URL'],
    'no port' => ['http', 'http://127.0.0.1:99999/elsewhere?token=t0ken', 'an invalid URL'],
    'endless' => ['http', '/elsewhere?token=t0ken', 'spread.max_redirects'],
];
foreach ($redirects as $what => [$scheme, $location, $reason]) {
    $server = serve(static fn (): string => answer(302, ["Location: $location"]), $scheme === 'https' ? ['tls' => $tls->server()] : []);
    configure(endpoint: $server->url(), max_redirects: 3);
    $outcome = outcome(spread_update_order(['order_idorder' => '0000001', 'customer_email' => 'john@doe.com'], []));
    $error = spread_last_error();
    same($what, 'Spread\ConnectionException', $outcome);
    foreach (['0000001', "127.0.0.1:{$server->port}", $reason, 'spread.endpoint'] as $part) {
        contains($what, $part, $error?->getMessage());
    }
    foreach (['s3cret', 'john', 't0ken', 'elsewhere', "\n"] as $part) {
        lacks($what, $part, $error?->getMessage());
    }
    same("$what: code", 0, $error?->getCode());
    same("$what: response", null, $error?->getResponse());
    same("$what: requests", $what === 'endless' ? 4 : 1, count($server->requests()));
    // The next order gets its own answer.
    $good = serve(static fn (): string => answer_json('good'));
    configure(endpoint: $good->url());
    same("$what: the next order", 'good', spread_update_order([], []));
    $server->stop();
    $good->stop();
}

// The limit of the setting.
$server = serve(static fn (): string => answer(302, ['Location: /']));
foreach ([0, 1, 5, 20] as $number => $limit) {
    configure(endpoint: $server->url(), max_redirects: $limit);
    $before = count($server->requests());
    spread_update_order([], []);
    same("limit $limit", $limit + 1, count($server->requests()) - $before);
    contains("limit $limit", "more than $limit times", spread_last_error()?->getMessage());
}
echo "done\n";
?>
--EXPECT--
done
