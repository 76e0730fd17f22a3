--TEST--
open_basedir holds for paths that code sets, as for curl's, and not for the administrator's
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$https = serve(static fn (): string => answer_json('ok'), ['tls' => $tls->server()]);
$http = serve(static fn (): string => answer_json('ok'));
$own = new Place();
$other = new Place();
$own_ca = $own->path('ca.pem', file_get_contents($tls->ca));
$other_ca = $other->path('ca.pem', file_get_contents($tls->ca));
$keys = "shop:s3cret\n";
chmod($own->path('keys', $keys), 0600);
chmod($other->path('keys', $keys), 0600);
$settings = ['open_basedir' => $own->directory, 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'display_errors' => 1];

/** What the code says, and the lines in PHP's log. */
$run = static function (string $code, array $more) use ($settings): string {
    $code = 'function call() {
        $answer = spread_update_order(["order_idorder" => "1"], ["order_idorder" => "1"]);
        return spread_last_error()?->getMessage() ?? json_encode($answer);
    }
    function thrown(Closure $call) {
        try { $call(); return "nothing"; } catch (Throwable $e) { return $e::class . ": " . $e->getMessage(); }
    }' . $code;
    $result = run_php($code, $more + $settings);
    return trim($result['out'] . preg_replace('/^(\[[^\]]+\] )?/m', '', $result['err']));
};
$refused = 'must be a path that open_basedir allows';

// The control: curl checks every file but that of CURLOPT_CAINFO.
contains('curl, from code', 'open_basedir restriction in effect', $run("curl_setopt(curl_init(), CURLOPT_SSLCERT, '$other_ca');", ['extension' => 'curl']));
same('curl, own', '', $run("curl_setopt(curl_init(), CURLOPT_SSLCERT, '$own_ca');", ['extension' => 'curl']));

// spread.ca_file
$to_https = ['spread.endpoint' => $https->url(), 'spread.log_failures' => 0];
$set = static fn (string $name, string $value): string => "ini_set('spread.$name', '$value') === false and print 'not set';";
$cases = [
    'administrator' => ['echo call();', ['spread.ca_file' => $other_ca], '"ok"'],
    'own' => [$set('ca_file', $own_ca) . 'echo call();', [], '"ok"'],
    'other' => [$set('ca_file', $other_ca) . 'echo call();', [], "order 1 was not sent: spread.ca_file $refused"],
    'other, by a way out' => [$set('ca_file', "$own->directory/../" . basename($other->directory) . '/ca.pem') . 'echo call();', [], "order 1 was not sent: spread.ca_file $refused"],
    'administrator, changed' => [$set('ca_file', $other_ca) . 'echo call();', ['spread.ca_file' => $own_ca], "order 1 was not sent: spread.ca_file $refused"],
    'administrator, restored' => [$set('ca_file', '/none') . "call(); ini_restore('spread.ca_file'); echo call();", ['spread.ca_file' => $other_ca], '"ok"'],
    'without a limit' => [$set('ca_file', $other_ca) . 'echo call();', ['open_basedir' => ''], '"ok"'],
    'narrower later' => [$set('ca_file', $other_ca) . "echo call(), ' '; ini_set('open_basedir', '$own->directory'); echo call();", ['open_basedir' => dirname($own->directory)], "\"ok\" order 1 was not sent: spread.ca_file $refused"],
];
foreach ($cases as $what => [$code, $more, $expected]) {
    same("ca_file, $what", $expected, $run($code, $more + $to_https));
}
$client = static fn (string $name, string $value): string => "echo thrown(fn () => (new Spread\\Client('shop', 's3cret', ['$name' => '$value']))->updateOrder([], []));";
same('option, own', 'nothing', $run($client('ca_file', $own_ca), $to_https));
$error = 'ValueError: Spread\Client::__construct(): Argument #3 ($options) holds ';
same('option, other', "$error\"ca_file\", which $refused", $run($client('ca_file', $other_ca), $to_https));
same('option, the administrator\'s', 'nothing', $run($client('timeout', '5'), ['spread.ca_file' => $other_ca] + $to_https));
same('option, from code', "Spread\\ConfigurationException: the order was not sent: spread.ca_file $refused", $run($set('ca_file', $other_ca) . $client('timeout', '5'), $to_https));

// spread.outbox: the order goes out without it, and no file is made.
$to_http = ['spread.endpoint' => $http->url(), 'spread.delivery' => 'deferred'];
same('outbox, other', "\"ok\"spread: order 1 was sent without the outbox: spread.outbox $refused", $run($set('outbox', $other->setting()) . 'echo call();', $to_http));
same('outbox, other, with options', "\"ok\"spread: order 1 was sent without the outbox: spread.outbox $refused", $run($set('outbox', $other->setting() . '?synchronous=normal') . 'echo call();', $to_http));
same('outbox, other, drained', "Spread\\ConfigurationException: the outbox was not drained: spread.outbox $refused", $run($set('outbox', $other->setting()) . 'echo thrown(fn () => spread_outbox_drain());', $to_http + ['spread.log_failures' => 0]));
same('outbox, option', "$error\"outbox\", which $refused", $run($client('outbox', $other->setting()), $to_http));
same('the other\'s files', [false, 0], [file_exists($other->file), count(glob("$other->file*"))]);
same('outbox, own', 'true', $run($set('outbox', $own->setting()) . 'echo call();', $to_http));
same('outbox, administrator', 'true', $run('echo call();', ['spread.outbox' => $other->setting()] + $to_http));
same('orders kept', [true, true], [file_exists($own->file), file_exists($other->file)]);

// spread.credentials_file: needed by spread_outbox_drain() alone.
$drain = 'echo thrown(fn () => print spread_outbox_drain()["delivered"]);';
same('credentials, other', "\"ok\"Spread\\ConfigurationException: the outbox was not drained: spread.credentials_file $refused", $run($set('credentials_file', $other->path('keys')) . "ini_set('spread.outbox', ''); echo call(); ini_restore('spread.outbox'); $drain", ['spread.delivery' => 'direct', 'spread.outbox' => $own->setting(), 'spread.log_failures' => 0] + $to_http));
same('credentials, own', '1nothing', $run($set('credentials_file', $own->path('keys')) . $drain, $to_http + ['spread.outbox' => $own->setting()]));
same('credentials, administrator', '1nothing', $run($drain, $to_http + ['spread.outbox' => $other->setting(), 'spread.credentials_file' => $other->path('keys')]));
echo "done\n";
?>
--EXPECT--
done
