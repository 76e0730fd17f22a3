--TEST--
Reading an order starts no cycle collection, whose destructors could change the order
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

hide_notices_of_http_build_query();

/** Garbage that only the cycle collector finds. Its destructor replaces what an order is read from. */
class Cart
{
    public static int $destroyed = 0;
    private Cart $itself;

    public function __construct(private Closure $change)
    {
        $this->itself = $this;
    }

    public function __destruct()
    {
        self::$destroyed++;
        ($this->change)();
    }
}

/** Leaves one cycle behind and fills the collector's buffer with live objects, so that a few more roots start it. */
function almost_collecting(Closure $change): array
{
    gc_collect_cycles();
    $destroyed = Cart::$destroyed;
    $cart = new Cart($change);
    unset($cart);
    $live = [];
    ['threshold' => $threshold, 'roots' => $roots] = gc_status();
    for ($room = $threshold - $roots - 5; $room > 0; $room--) {
        $object = new ArrayObject();
        $live[] = $object;
        unset($object); // one of two references: a root
    }
    same('no collection yet', $destroyed, Cart::$destroyed);
    return $live;
}

function lines(): array
{
    $lines = [];
    for ($number = 0; $number < 50; $number++) {
        $lines["line $number"] = (object) ['reference' => "product $number"];
    }
    return $lines;
}

/** Memory that was just freed is used for something else. */
function reuse(): array
{
    return array_fill(0, 100, str_repeat('foreign ', 512));
}

$plain = (object) lines();
$shared = (array) $plain; // the object's own table of properties
$list = lines();
$changes = [
    'object' => [['lines' => $plain], static function () use ($plain): void {
        // The object gets another table, and the one that was shared is freed.
        $plain->{'line 0'} = (object) ['reference' => 'product 0'];
        $GLOBALS['shared'] = null;
        $GLOBALS['reused'] = reuse();
    }],
    'list' => [['lines' => &$list], static function () use (&$list): void {
        $list = null;
        $GLOBALS['reused'] = reuse();
    }],
];
$calls = [
    'encode' => static fn (array $order): string => spread_encode_order($order, []),
    'validate' => static fn (array $order): string => json_encode(spread_validate_order($order, [])),
    'update' => static fn (array $order): string => json_encode(spread_update_order($order, [])),
];
ini_set('spread.log_failures', '0'); // there are no keys
foreach ($changes as $what => [$order, $change]) {
    $expected = ['encode' => http_build_query(['data' => $order, 'request' => []])];
    foreach (['validate', 'update'] as $name) {
        $expected[$name] = $calls[$name]($order);
    }
    foreach ($calls as $name => $call) {
        $shared = (array) $plain;
        $list = lines();
        $live = almost_collecting($change);
        $destroyed = Cart::$destroyed;
        $body = $call($order);
        same("$name, $what: destructors", $destroyed, Cart::$destroyed);
        same("$name, $what", $expected[$name], $body);
        unset($live);
    }
}
same('the collector still finds them', true, gc_collect_cycles() > 0 && Cart::$destroyed > 0);
echo "done\n";
?>
--EXPECT--
done
