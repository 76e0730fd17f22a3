--TEST--
ini_set() takes effect with the next call, for every setting
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$handler = static fn (array $request, Connection $connection): string => $request['path'] === '/slow'
    ? (static function () use ($connection): string {
        $connection->wait(0.4);
        return answer_json('slow');
    })()
    : answer_json(basic_credentials($request) . ' at ' . $request['path']);
$https = serve($handler, ['tls' => $tls->server()]);
$log = collect_log();
$call = static fn () => outcome(spread_update_order(['order_idorder' => '0000001'], []));

configure(endpoint: $https->url('/one'), public_key: 'a', private_key: 'b', ca_file: $tls->ca);
echo 'endpoint: ', $call(), "\n";
configure(endpoint: $https->url('/two'));
echo 'endpoint: ', $call(), "\n";
configure(public_key: 'c');
echo 'public_key: ', $call(), "\n";
configure(private_key: 'd');
echo 'private_key: ', $call(), "\n";
configure(ca_file: $tls->otherCa);
echo 'ca_file: ', $call(), "\n";
configure(ca_file: $tls->ca, endpoint: $https->url('/slow'), timeout: 0.2);
echo 'timeout: ', $call(), "\n";
configure(timeout: 5);
echo 'timeout: ', $call(), "\n";
$silent = new SilentPort();
configure(endpoint: $silent->url(), connect_timeout: 0.2);
$start = hrtime(true);
echo 'connect_timeout: ', $call(), "\n";
between('connect_timeout in seconds', 0.2, 1.5, (hrtime(true) - $start) / 1e9);
same('lines in the log so far', 3, count($log()));
configure(log_failures: 0);
$call();
same('log_failures', [], $log());
configure(error_mode: 'exception');
echo 'error_mode: ', strstr((string) thrown($call), ':', true), "\n";
ini_restore('spread.error_mode');
echo 'error_mode restored: ', $call(), "\n";
ini_restore('spread.public_key');
ini_restore('spread.private_key');
putenv('SPREAD_PUBLIC_KEY');
putenv('SPREAD_PRIVATE_KEY');
echo 'keys restored: ', $call(), "\n";
?>
--EXPECT--
endpoint: answer "a:b at \/one"
endpoint: answer "a:b at \/two"
public_key: answer "c:b at \/two"
private_key: answer "c:d at \/two"
ca_file: Spread\ConnectionException
timeout: Spread\TimeoutException
timeout: answer "slow"
connect_timeout: Spread\TimeoutException
error_mode: Spread\TimeoutException
error_mode restored: Spread\TimeoutException
keys restored: Spread\ConfigurationException
