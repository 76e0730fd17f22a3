--TEST--
Where no thread can be started for a name lookup, a call fails plainly, as with php-curl; an address needs none
--EXTENSIONS--
curl
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('root', 'setpriv', 'prlimit');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

// curl needs no resolver for localhost.
$name = php_uname('n');
// A user that nobody else is, who may have one process: the limit counts threads, and holds for all but root.
$root = new WebRoot();
chmod($root->directory, 0755);
$user = random_int(100_000, 900_000);
$limited = [program('prlimit'), '--nproc=1', program('setpriv'), "--reuid=$user", "--regid=$user", '--clear-groups'];
$server = serve(static fn (): string => answer_json('answered'));
$settings = [
    'display_errors=stderr', 'extension=curl', "extension={$root->directory}/spread.so",
    'spread.public_key=shop', 'spread.private_key=s3cret', 'spread.log_failures=0',
];
$run = static function (string $code) use ($limited, $server, $settings): array {
    $command = [...$limited, PHP_BINARY, '-n'];
    foreach ($settings as $setting) {
        array_push($command, '-d', $setting);
    }
    $said = run([...$command, '-r', strtr($code, ['PORT' => $server->port])]);
    return [$said['out'], $said['err']];
};

$call = <<<'PHP'
    ini_set('spread.endpoint', 'http://%s:PORT/');
    $answer = spread_update_order(['order_idorder' => '0000001'], []);
    echo json_encode([$answer, spread_last_error() ? spread_last_error()::class : null, spread_last_error()?->getMessage()]);
    PHP;
[$out, $err] = $run(sprintf($call, $name));
[$answer, $class, $message] = json_decode($out, true) ?? [$out, null, null];
same('stderr', '', $err);
same('answer', false, $answer);
same('class', 'Spread\ConnectionException', $class);
contains('message', 'no thread could be started', $message);
same('an address', ['["answered",null,null]', ''], $run(sprintf($call, '127.0.0.1')));

$curl = <<<'PHP'
    $curl = curl_init('http://%s:PORT/');
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    curl_setopt($curl, CURLOPT_CONNECTTIMEOUT, 5); // 8.21 waits for a thread
    echo json_encode([curl_exec($curl), curl_errno($curl) !== 0]);
    PHP;
same('php-curl', ['[false,true]', ''], $run(sprintf($curl, $name)));
echo "done\n";
?>
--EXPECT--
done
