--TEST--
Exceptions of the polyfill come from the line of the call, without its frames and arguments; beside the extension it does nothing
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/polyfill.inc';

$code = <<<'PHP'

    $array = ['a' => 1];
    $array['self'] = &$array;
    $client = new Spread\Client('shop', 's3cret');
    $calls = [
        static fn () => new Spread\Client('shop', 's3cret', ['x' => 's3cret']),
        static fn () => new Spread\Client('shop', 's3cret', ['timeout' => 's3cret']),
        static fn () => new Spread\Client('shop', [], []),
        static fn () => new Spread\Client('sh:op', 's3cret'),
        static fn () => new Spread\Client('', 's3cret'),
        static fn () => spread_encode_order($array, []),
        static fn () => spread_outbox_drain(0),
        static fn () => spread_outbox_status(),
        static fn () => $client->updateOrder(['a' => 's3cret'], []),
        static fn () => $client->x = 's3cret',
    ];
    foreach ($calls as $number => $call) {
        try {
            $call();
            echo "nothing thrown\n";
        } catch (Throwable $error) {
            $trace = print_r($error->getTrace(), true);
            echo $error::class, ' ', $error->getLine() - $number, ' ', count($error->getTrace()), strpos($trace, 's3cret') || strpos($trace, 'args') ? ' arguments' : '', "\n";
        }
    }
    PHP;
echo with_polyfill($code, ['spread.log_failures' => 0, 'spread.endpoint' => 'http://127.0.0.1:1/updateOrder', 'zend.exception_ignore_args' => 0]);
$beside = "require '" . dirname(__DIR__, 2) . "/polyfill/bootstrap.php'; echo (new ReflectionFunction('spread_update_order'))->isInternal() ? 'internal' : 'PHP', count(spl_autoload_functions());";
echo polyfill() === null ? run_php($beside)['out'] : 'internal0', "\n";
?>
--EXPECT--
ValueError 7 2
TypeError 7 2
TypeError 7 2
ValueError 7 2
Spread\ConfigurationException 7 2
ValueError 7 2
ValueError 7 2
Spread\ConfigurationException 7 2
Spread\ConnectionException 7 2
Error 7 2
internal0
