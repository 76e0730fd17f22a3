--TEST--
Objects of PHP's own classes, enums and Stringable are encoded as http_build_query() encodes them
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

hide_notices_of_http_build_query();

enum State: string
{
    case Paid = 'p & d';
}

enum Step: int
{
    case First = 1;
}

class Name implements Stringable
{
    public $first = 'John';

    public function __toString(): string
    {
        throw new Exception('never asked');
    }
}

class Magic
{
    public $real = 1;

    public function __get(string $name): mixed
    {
        throw new Exception('never asked');
    }

    public function __isset(string $name): bool
    {
        throw new Exception('never asked');
    }
}

class Removed
{
    public $kept = 1;
    public $gone = 2;
    public int $never;
}

$removed = new Removed();
unset($removed->gone);
$array = new ArrayObject(['a' => 1, 'b' => ['c' => 2]]);
$array_with_property = new ArrayObject(['a' => 1]);
@$array_with_property->dynamic = 'x';
$heap = new SplMinHeap();
$heap->insert(3);
$list = new SplDoublyLinkedList();
$list->push('x');
$storage = new SplObjectStorage();
$storage[new stdClass()] = 'x';
$same = (object) ['once' => 1];

$objects = [
    'stdClass' => (object) ['a' => 1, '5' => 2, '' => 3, 'n' => null, 'e' => []],
    'from a list' => (object) ['x', 'y'],
    'empty' => new stdClass(),
    'backed enum' => State::Paid,
    'integer enum' => Step::First,
    'enums in a list' => [State::Paid, [Step::First]],
    'Stringable' => new Name(),
    'magic' => new Magic(),
    'removed property' => $removed,
    'DateTime' => new DateTime('2014-06-21 14:31:08'),
    'DateTimeImmutable' => new DateTimeImmutable('@0'),
    'DateInterval' => new DateInterval('P1D'),
    'DateTimeZone' => new DateTimeZone('Europe/Paris'),
    'Closure' => static fn () => 1,
    'Generator' => (static function () { yield 1; })(),
    'ArrayObject' => $array,
    'ArrayObject with a property' => $array_with_property,
    'ArrayObject, properties as list' => new ArrayObject(['a' => 1], ArrayObject::STD_PROP_LIST),
    'ArrayIterator' => new ArrayIterator(['a' => [1, 2]]),
    'SplFixedArray' => SplFixedArray::fromArray(['x', ['y']]),
    'SplObjectStorage' => $storage,
    'SplMinHeap' => $heap,
    'SplDoublyLinkedList' => $list,
    'WeakMap' => new WeakMap(),
    'Exception' => new Exception('message', 5),
    'Reflection' => new ReflectionClass('stdClass'),
    'the same object twice' => [$same, [$same], 'again' => $same],
];
foreach ($objects as $what => $object) {
    $order = ['before' => 1, 'object' => $object, 'after' => 2];
    same($what, http_build_query(['data' => $order, 'request' => $order]), spread_encode_order($order, $order));
}
// A unit enum: the same as this version of PHP.
enum Unit
{
    case One;
}
foreach ([['u' => Unit::One], ['u' => ['a' => 1, 'b' => Unit::One]]] as $order) {
    $outcome = static function (Closure $call) use ($order): string {
        try {
            return $call($order);
        } catch (ValueError $error) {
            return 'ValueError';
        }
    };
    same(
        'unit enum',
        $outcome(static fn ($d) => http_build_query(['data' => $d, 'request' => []])),
        $outcome(static fn ($d) => spread_encode_order($d, [])),
    );
}
echo "done\n";
?>
--EXPECT--
done
