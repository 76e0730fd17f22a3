--TEST--
Without keys in the settings, the keys come from the environment
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$server = serve(static fn (array $request): string => answer_json(basic_credentials($request)), ['tls' => $tls->server()]);
$settings = ['spread.endpoint' => $server->url(), 'spread.ca_file' => $tls->ca, 'spread.log_failures' => 0];
$keys = ['spread.public_key' => 'ini', 'spread.private_key' => 'of the ini'];
$environment = ['SPREAD_PUBLIC_KEY' => 'env', 'SPREAD_PRIVATE_KEY' => 'of the env'];
$none = ['SPREAD_PUBLIC_KEY' => null, 'SPREAD_PRIVATE_KEY' => null];
$call = 'var_dump(spread_update_order([], []) ?: spread_last_error()::class);';

echo 'settings: ', run_php($call, $settings + $keys, $none)['out'];
echo 'environment: ', run_php($call, $settings, $environment)['out'];
echo 'both: ', run_php($call, $settings + $keys, $environment)['out'];
echo 'neither: ', run_php($call, $settings, $none)['out'];
echo 'empty environment: ', run_php($call, $settings, ['SPREAD_PUBLIC_KEY' => '', 'SPREAD_PRIVATE_KEY' => ''])['out'];
echo 'set by the script: ', run_php('putenv("SPREAD_PUBLIC_KEY=put"); putenv("SPREAD_PRIVATE_KEY=env");' . $call, $settings, $none)['out'];
echo 'cleared by the script: ', run_php('ini_set("spread.public_key", ""); ini_set("spread.private_key", "");' . $call, $settings + $keys, $environment)['out'];
?>
--EXPECT--
settings: string(14) "ini:of the ini"
environment: string(14) "env:of the env"
both: string(14) "ini:of the ini"
neither: string(29) "Spread\ConfigurationException"
empty environment: string(29) "Spread\ConfigurationException"
set by the script: string(7) "put:env"
cleared by the script: string(14) "env:of the env"
