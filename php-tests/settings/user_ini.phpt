--TEST--
open_basedir holds for a path in .user.ini, and not for one in the pool of php-fpm
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$http = serve(static fn (): string => answer_json('ok'));
$root = new WebRoot();
$other = $root->write('tmp/ca.pem', 'not read for http');
$settings = [
    'open_basedir' => "$root->directory/pages:$root->directory/support",
    'spread.endpoint' => $http->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'display_errors' => 0,
];
$answer = static function (array $settings) use ($root): string {
    [$url, $daemons] = start_fpm_behind_nginx($root, 1, $settings);
    $page = page($url, ['id' => '1']);
    array_map(static fn (Daemon $daemon) => $daemon->stop(), $daemons);
    return json_encode($page['error'] ?? $page['answer'] ?? $page);
};
echo 'pool: ', $answer($settings + ['spread.ca_file' => $other]), "\n";
$root->write('pages/.user.ini', "spread.ca_file = $other\n");
echo '.user.ini: ', $answer($settings), "\n";
$root->write('pages/.user.ini', "spread.ca_file = $root->directory/pages/ca.pem\n");
echo '.user.ini, inside: ', $answer($settings), "\n";
?>
--EXPECT--
pool: "ok"
.user.ini: "Spread\\ConfigurationException: order 1 was not sent: spread.ca_file must be a path that open_basedir allows"
.user.ini, inside: "ok"
