--TEST--
Spread\Client does not show its keys in dumps, traces, serialization or copies
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

ini_set('zend.exception_ignore_args', '0');
configure(log_failures: 0);
$client = new Spread\Client('pub', 's3cret', ['endpoint' => 'http://127.0.0.1:1/', 'proxy' => '']);
ob_start();
var_dump($client, clone $client, (array) $client, get_object_vars($client), get_mangled_object_vars($client));
print_r($client);
var_export($client);
echo json_encode($client), new ReflectionObject($client);
$shown = ob_get_clean();
lacks('dumps', 's3cret', $shown);

foreach ([
    'constructor' => static fn () => new Spread\Client('pub', 's3cret', ['timeout' => 0]),
    'call' => static fn () => $client->updateOrder(['customer_email' => 'john@doe.example'], []),
    'serialize' => static fn () => serialize($client),
    'unserialize' => static fn () => unserialize('O:13:"Spread\Client":0:{}'),
    'property' => static function () use ($client): void { $client->key = 1; },
] as $what => $call) {
    try {
        $call();
        echo "$what: nothing thrown\n";
    } catch (Throwable $error) {
        echo $what, ': ', $error::class, "\n";
        $trace = $error . print_r($error, true) . print_r($error->getTrace(), true);
        lacks("$what: trace", 's3cret', $trace);
        lacks("$what: trace", 'john@doe', $trace);
    }
}
?>
--EXPECT--
constructor: ValueError
call: Spread\ConnectionException
serialize: Exception
unserialize: Exception
property: Error
