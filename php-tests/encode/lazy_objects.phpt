--TEST--
A lazy object's initialiser may change the order that is being read
--SKIPIF--
<?php
if (PHP_VERSION_ID < 80400) {
    exit('skip lazy objects came with PHP 8.4');
}
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

class Line
{
    public string $reference;
}

/** An object that changes something when it is looked at. */
function lazy(Closure $change): Line
{
    return (new ReflectionClass(Line::class))->newLazyGhost(static function (Line $line) use ($change): void {
        $line->reference = 'late';
        $change();
        $GLOBALS['reused'] = array_fill(0, 100, str_repeat('foreign ', 512));
    });
}

// The object gets another table of properties, and the one that was walked is freed.
$object = new stdClass();
$object->first = 1;
$object->lazy = lazy(static function () use ($object): void {
    $object->more = 3;
    $GLOBALS['shared'] = null;
});
$object->last = 2;
$shared = (array) $object;
$order = ['lines' => $object];
unset($object);
echo urldecode(spread_encode_order($order, [])), "\n";

// The array goes, and the order still has it.
$list = ['first' => 1];
$list['lazy'] = lazy(static function () use (&$list): void {
    $list = null;
});
$list['last'] = 2;
echo urldecode(spread_encode_order(['lines' => &$list], [])), "\n";

// The object that holds the lazy one goes, and with it the last reference to that.
$holder = new stdClass();
$holder->lazy = lazy(static function () use ($holder): void {
    unset($holder->lazy);
});
$holder->last = 2;
echo urldecode(spread_encode_order(['lines' => $holder], [])), "\n";

// An initialiser that throws ends the call.
echo thrown(static fn () => spread_encode_order([lazy(static fn () => throw new DomainException('no database'))], [])), "\n";
?>
--EXPECT--
data[lines][first]=1&data[lines][lazy][reference]=late&data[lines][last]=2&data[lines][more]=3
data[lines][first]=1&data[lines][lazy][reference]=late&data[lines][last]=2
data[lines][lazy][reference]=late&data[lines][last]=2
DomainException: no database
