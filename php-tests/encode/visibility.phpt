--TEST--
Objects are encoded with the properties visible in the calling scope, as by http_build_query()
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

hide_notices_of_http_build_query();

class Customer
{
    public $name = 'Doe';
    protected $email = 'john@doe.com';
    private $note = 'of Customer';
    public int $uninitialized;
    private string $alsoUninitialized;
    public readonly string $id;
    private readonly string $secret;
    public ?Customer $friend = null;
    public static $static = 'never';

    public function __construct()
    {
        $this->id = '12345xxx6789';
        $this->secret = 's';
    }

    public function both(array $d): array
    {
        return [http_build_query(['data' => $d, 'request' => []]), spread_encode_order($d, [])];
    }

    public static function bothStatically(array $d): array
    {
        return [http_build_query(['data' => $d, 'request' => []]), spread_encode_order($d, [])];
    }

    public function throughPhp(array $d): array
    {
        return [
            call_user_func('http_build_query', ['data' => $d, 'request' => []]),
            call_user_func('spread_encode_order', $d, []),
        ];
    }

    public function throughMap(array $d): array
    {
        return [
            array_map('http_build_query', [['data' => $d, 'request' => []]])[0],
            array_map('spread_encode_order', [$d], [[]])[0],
        ];
    }

    public function throughCallable(array $d): array
    {
        $php = http_build_query(...);
        $spread = spread_encode_order(...);
        return [$php(['data' => $d, 'request' => []]), $spread($d, [])];
    }
}

class GoodCustomer extends Customer
{
    private $note = 'of GoodCustomer';
    protected $email = 'good@doe.com';
    private $rank = 1;

    public function bothFromChild(array $d): array
    {
        return [http_build_query(['data' => $d, 'request' => []]), spread_encode_order($d, [])];
    }
}

class Sibling extends Customer
{
    public function bothFromSibling(array $d): array
    {
        return [http_build_query(['data' => $d, 'request' => []]), spread_encode_order($d, [])];
    }
}

class Stranger
{
    public static function both(array $d): array
    {
        return [http_build_query(['data' => $d, 'request' => []]), spread_encode_order($d, [])];
    }
}

$customer = new Customer();
$good = new GoodCustomer();
$good->friend = $customer;
$dynamic = new stdClass();
$dynamic->customer = $good;
$dynamic->{'7'} = $customer;
$dynamic->{''} = 'empty name';
$anonymous = new class extends Customer {
    private $note = 'of the anonymous class';
};
$d = ['customer' => $customer, 'good' => $good, 'list' => [$dynamic, $anonymous]];

$static = static fn (array $d): array => [http_build_query(['data' => $d, 'request' => []]), spread_encode_order($d, [])];
$places = [
    'outside' => $static,
    'a method' => $customer->both(...),
    'a method of the parent, called on the child' => $good->both(...),
    'a static method' => Customer::bothStatically(...),
    'the child' => $good->bothFromChild(...),
    'a sibling' => (new Sibling())->bothFromSibling(...),
    'a stranger' => Stranger::both(...),
    'a static closure bound to the class' => Closure::bind($static, null, Customer::class),
    'a static closure bound to the child' => Closure::bind($static, null, GoodCustomer::class),
    'a closure bound to an object' => Closure::bind(function (array $d): array {
        return [http_build_query(['data' => $d, 'request' => []]), spread_encode_order($d, [])];
    }, $good, GoodCustomer::class),
    'call_user_func in a method' => $customer->throughPhp(...),
    'array_map in a method' => $customer->throughMap(...),
    'a first-class callable in a method' => $customer->throughCallable(...),
    'call_user_func outside' => static fn (array $d): array => [
        call_user_func('http_build_query', ['data' => $d, 'request' => []]),
        call_user_func('spread_encode_order', $d, []),
    ],
    'a generator of the class' => Closure::bind(static function (array $d): array {
        return iterator_to_array((static function () use ($d) {
            yield http_build_query(['data' => $d, 'request' => []]);
            yield spread_encode_order($d, []);
        })());
    }, null, Customer::class),
    'a callback of the class, called by a stranger' => static fn (array $d): array => array_map(
        Closure::bind($static, null, Customer::class),
        [$d],
    )[0],
];
foreach ($places as $place => $both) {
    [$expected, $actual] = $both($d);
    same($place, $expected, $actual);
    echo "the same fields from $place\n";
}
?>
--EXPECT--
the same fields from outside
the same fields from a method
the same fields from a method of the parent, called on the child
the same fields from a static method
the same fields from the child
the same fields from a sibling
the same fields from a stranger
the same fields from a static closure bound to the class
the same fields from a static closure bound to the child
the same fields from a closure bound to an object
the same fields from call_user_func in a method
the same fields from array_map in a method
the same fields from a first-class callable in a method
the same fields from call_user_func outside
the same fields from a generator of the class
the same fields from a callback of the class, called by a stranger
