--TEST--
The trace of a failure holds no arguments, so spread_last_error() keeps no object of the caller alive
--INI--
zend.exception_ignore_args=0
spread.log_failures=0
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

/** A lock, or a transaction: it ends when its object does. */
class Lock
{
    public static int $held = 0;

    public function __construct()
    {
        self::$held++;
    }

    public function __destruct()
    {
        self::$held--;
    }
}

function checkout(Lock $lock, string $email, Closure $report): mixed
{
    return $report();
}

// There are no keys: each call fails.
$calls = [
    'silent' => static fn () => spread_update_order([], []),
    'warning' => static fn () => @spread_update_order([], []),
    'exception' => static fn () => spread_update_order([], []),
    'client' => static fn () => (new Spread\Client('public', 'private', ['ca_file' => '/none']))->updateOrder([], []),
];
foreach ($calls as $mode => $call) {
    if ($mode !== 'client') {
        ini_set('spread.error_mode', $mode);
    }
    try {
        checkout(new Lock(), 'john@doe.com', $call);
    } catch (Spread\Exception) {
    }
    same("$mode: locks held", 0, Lock::$held);
    $error = spread_last_error();
    holds("$mode: there is an error", $error instanceof Spread\Exception);
    same("$mode: frames are named", true, in_array('checkout', array_column($error->getTrace(), 'function'), true));
    same("$mode: arguments", [], array_column($error->getTrace(), 'args'));
    lacks("$mode: as text", 'john@doe.com', (string) $error);
}

// PHP's own exceptions have arguments here, before and after ours.
$control = checkout(new Lock(), 'john@doe.com', static fn () => new RuntimeException());
same('control: locks held', 1, Lock::$held);
unset($control);
same('control: afterwards', 0, Lock::$held);
echo "done\n";
?>
--EXPECT--
done
