<?php
/*
 * Random PHP values of every kind that an order can hold, and random JSON documents: the same ones
 * for the same seed, in any process.
 */
declare(strict_types=1);

enum Suit: string
{
    case Hearts = 'h';
    case Odd = "a b&c=\u{e9}";
    case None = '';
}

enum Level: int
{
    case Low = -1;
    case Zero = 0;
    case High = PHP_INT_MAX;
}

enum Plain
{
    case Only;
}

class ShopItem
{
    public mixed $name = 'shirt';
    public ?string $nothing = null;
    protected mixed $stock = 3;
    private mixed $cost = 1.5;
    public int $unset;
    public readonly string $sku;
    private bool $hidden = true;

    public function __construct(mixed $name)
    {
        $this->name = $name;
        $this->sku = 'sku 1';
    }

    /** Runs the callback with this class as its scope. */
    public static function inside(Closure $callback): mixed
    {
        return Closure::bind($callback, null, self::class)();
    }
}

class SoldItem extends ShopItem
{
    public mixed $price = 9.99;
    private mixed $cost = 'of the child';
    protected mixed $discount = ['a' => 1];
}

class Speaking implements Stringable
{
    public int $volume = 11;

    public function __toString(): string
    {
        return 'spoken';
    }
}

#[AllowDynamicProperties]
class Open
{
}

final class RandomValues
{
    private const INTEGERS = [0, 1, -1, 10, 255, PHP_INT_MAX, PHP_INT_MIN, 2147483647, -2147483648];
    private const FLOATS = [
        0.0, -0.0, 0.1, 0.2, 0.3, 1.0, -1.0, 1.5, 158.31, 100.0, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e25, 1e100, 1e-4, 1e-5,
        123456789012345678.0, 0.1 + 0.2, 1 / 3, 2 / 3, 9.99, 99999999999999.9, 999999999999999.9, 0.00012345678901234567,
        1e400, -1e400, NAN, PHP_FLOAT_MAX, PHP_FLOAT_MIN, PHP_FLOAT_EPSILON, 5e-324, 9007199254740993.0, -1e-7, 12345.678,
    ];
    private const TEXTS = ['', ' ', '0', 'a', 'john@doe.com', '8, rue de la place', "b\u{e2}timent A", '~-_.!*\'()', "\0", "a\0b", "\xff\xfe",
        "caf\xe9", '&amp;=?+%20', "\r\n\t", "\u{1f600}", '[]', 'a[b]', '%5B', 'true', 'null', '"<>`', "\x7f\x80"];
    private const KEYS = ['', ' ', 'a', 'b c', 'name', '[x]', 'a[b]', "\0", "\0k", "\u{e9}t\u{e9}", "\xe9", '-', '-0', '05', '1.5', '+1', '~', '&', 'x=y', 'data', 'request'];

    /** @var list<resource> */
    private array $resources;
    private int $depth = 0;

    public function __construct(int $seed)
    {
        mt_srand($seed);
        $closed = fopen('php://memory', 'r');
        fclose($closed);
        $this->resources = [fopen('php://memory', 'r'), $closed];
    }

    public function order(): array
    {
        $array = $this->pick(4) === 0 ? $this->list() : $this->map();
        if ($array === [] || mt_rand(0, 3) > 0) {
            $array['order_idorder'] = $this->scalar();
        }
        return $array;
    }

    private function value(): mixed
    {
        if ($this->depth < 6 && mt_rand(0, 9) < 3) {
            return $this->container();
        }
        return $this->scalar();
    }

    private function scalar(): mixed
    {
        return match ($this->pick(12)) {
            0 => true,
            1 => false,
            2 => null,
            3 => $this->any(self::INTEGERS),
            4 => mt_rand() * mt_rand() - mt_rand(),
            5, 6 => $this->any(self::FLOATS),
            7 => $this->double(),
            8 => $this->any(self::TEXTS),
            9 => $this->bytes(mt_rand(0, 24)),
            10 => $this->any(['Doe', 'John', '76000', '0235000000', '1970-12-31', 'fr_FR']),
            11 => match ($this->pick(40)) {
                0 => $this->bytes(mt_rand(1000, 9000)),
                1, 2 => $this->any($this->resources),
                3 => str_repeat('x', mt_rand(1000, 70000)),
                default => (string) mt_rand(),
            },
        };
    }

    private function container(): mixed
    {
        $this->depth++;
        $value = match ($this->pick(9)) {
            0, 1 => $this->list(),
            2, 3, 4 => $this->map(),
            5 => [],
            6 => $this->withReferences(),
            default => $this->object(),
        };
        $this->depth--;
        return $value;
    }

    private function list(): array
    {
        $list = [];
        for ($i = mt_rand(1, 4); $i > 0; $i--) {
            $list[] = $this->value();
        }
        if (mt_rand(0, 3) === 0) {
            unset($list[mt_rand(0, count($list) - 1)]); // a packed array with a hole
        }
        return $list;
    }

    private function map(): array
    {
        $map = [];
        for ($i = mt_rand(1, 5); $i > 0; $i--) {
            $map[$this->key()] = $this->value();
        }
        if (mt_rand(0, 4) === 0) {
            unset($map[array_key_first($map)]);
        }
        return $map;
    }

    private function key(): int|string
    {
        return match ($this->pick(6)) {
            0 => mt_rand(-5, 500),
            1 => $this->any(self::INTEGERS),
            2, 3 => $this->any(self::KEYS),
            4 => $this->bytes(mt_rand(1, 8)),
            5 => 'field_' . mt_rand(0, 9),
        };
    }

    private function withReferences(): array
    {
        $shared = $this->value();
        $again = &$shared;
        $array = ['direct' => &$shared, 'twice' => &$again, 'copy' => $shared, 5 => &$shared];
        if (mt_rand(0, 1)) {
            foreach ($array as &$element); // leaves every element a reference
            unset($element);
        }
        return $array;
    }

    private function object(): object
    {
        switch ($this->pick(20)) {
            case 0:
                return (object) [];
            case 1:
            case 2:
            case 3:
                return (object) $this->map();
            case 4:
                return (object) $this->list();
            case 5:
                $object = new stdClass();
                $object->{'nested'} = (object) ['again' => $this->value()];
                $object->{'5'} = $this->value();
                return $object;
            case 6:
                $object = new Open();
                $object->dynamic = $this->value();
                $object->{'two words'} = $this->scalar();
                return $object;
            case 7:
            case 8:
                return new ShopItem($this->value());
            case 9:
            case 10:
                return new SoldItem($this->value());
            case 11:
                return $this->any(Suit::cases());
            case 12:
                return $this->any(Level::cases());
            case 13:
                return mt_rand(0, 9) ? Suit::Hearts : Plain::Only;
            case 14:
                return new Speaking();
            case 15:
                return new ArrayObject($this->map());
            case 16:
                return SplFixedArray::fromArray($this->list(), false);
            case 17:
                $storage = new SplObjectStorage();
                $storage[new stdClass()] = $this->scalar();
                return $storage;
            case 18:
                return mt_rand(0, 1) ? new DateTimeImmutable('2014-06-21 14:31:08') : new DateTime('@0');
            default:
                return match ($this->pick(6)) {
                    0 => static fn (int $x): int => $x,
                    1 => new ArrayIterator($this->map()),
                    2 => new DateInterval('P1DT2H'),
                    3 => new DateTimeZone('Europe/Paris'),
                    4 => new WeakMap(),
                    5 => new Exception('inside an order'),
                };
        }
    }

    private function double(): float
    {
        if (mt_rand(0, 1)) {
            return round(mt_rand() / mt_rand(1, 100000), mt_rand(0, 6));
        }
        return unpack('d', $this->bytes(8))[1];
    }

    private function bytes(int $length): string
    {
        $bytes = '';
        for ($i = 0; $i < $length; $i++) {
            $bytes .= chr(mt_rand(0, 255));
        }
        return $bytes;
    }

    private function pick(int $kinds): int
    {
        return mt_rand(0, $kinds - 1);
    }

    private function any(array $values): mixed
    {
        return $values[mt_rand(0, count($values) - 1)];
    }
}

/** Valid JSON texts, written directly: every number form, escape, duplicate key and kind of white space. */
final class RandomJson
{
    private const NUMBERS = ['0', '-0', '-0.0', '0.0', '1', '-1', '9223372036854775807', '9223372036854775808', '-9223372036854775808',
        '-9223372036854775809', '18446744073709551615', '18446744073709551616', '123456789012345678901234567890', '1e400', '-1e400', '1e-400',
        '5e-324', '2.2250738585072011e-308', '1.7976931348623157e308', '0.1', '158.31', '1E5', '1e+5', '1e-5', '100e-2', '3.0', '9007199254740993',
        '0.30000000000000004', '8.41', '1.00000000000000011102230246251565'];
    private const KEYS = ['', '0', '5', '-5', '05', '-0', '1.5', '9223372036854775807', '9223372036854775808', '-9223372036854775808',
        '-9223372036854775809', 'a', 'a', 'b', 'id', '\u0000a', '\u0030', '\u0061', '\ud83d\ude00', "\u{e9}", '__proto__', 'e\u0301', ' ', '\n', '+5', '0x1', '\/'];
    private const DAMAGE = [
        "\xff", "\xc3", "\xed\xa0\x80", '"', '\\', '{', '}', '[', ']', ',', ':',
        '0', '-', '.', 'e', 'a', "\0", "\n", "\x1f", "\u{e9}", '\ud800', 'true', ' ', '<', '//', "\u{feff}", 'True', 'NULL', '+1', '1.', '.5', 'NaN', "'",
    ];
    private const ESCAPES = ['\"', '\\\\', '\/', '\b', '\f', '\n', '\r', '\t', '\u0000', '\u00e9', '\u20AC', '\uD834\uDD1E', '\uffff', "\u{7f}", "\u{fffd}"];

    public static function document(int $seed): string
    {
        mt_srand($seed);
        $depth = mt_rand(0, 9) === 0 ? 0 : 1;
        return self::space() . self::value($depth) . self::space();
    }

    /** A document with a few changed bytes, which is mostly invalid JSON. */
    public static function damaged(int $seed): string
    {
        $text = self::document($seed);
        for ($i = mt_rand(1, 3); $i > 0; $i--) {
            $at = mt_rand(0, strlen($text));
            $text = substr_replace($text, self::DAMAGE[mt_rand(0, count(self::DAMAGE) - 1)], $at, mt_rand(0, 2));
        }
        return mt_rand(0, 9) === 0 ? substr($text, 0, mt_rand(1, max(1, strlen($text)))) : $text;
    }

    private static function value(int $level): string
    {
        $kind = $level > 6 ? mt_rand(0, 5) : mt_rand($level === 1 ? 6 : 0, 9);
        switch ($kind) {
            case 0:
                return ['true', 'false', 'null'][mt_rand(0, 2)];
            case 1:
                return self::NUMBERS[mt_rand(0, count(self::NUMBERS) - 1)];
            case 2:
                return self::number();
            case 3:
            case 4:
            case 5:
                return self::string();
            case 6:
            case 7:
                $items = [];
                for ($i = mt_rand(0, 4); $i > 0; $i--) {
                    $items[] = self::space() . self::value($level + 1) . self::space();
                }
                return '[' . ($items ? implode(',', $items) : self::space()) . ']';
            default:
                $items = [];
                for ($i = mt_rand(0, 5); $i > 0; $i--) {
                    $key = mt_rand(0, 2) ? '"' . self::KEYS[mt_rand(0, count(self::KEYS) - 1)] . '"' : self::string();
                    $items[] = self::space() . $key . self::space() . ':' . self::space() . self::value($level + 1) . self::space();
                }
                return '{' . ($items ? implode(',', $items) : self::space()) . '}';
        }
    }

    private static function number(): string
    {
        $digits = static function (int $most): string {
            for ($digits = '', $i = mt_rand(1, $most); $i > 0; $i--) {
                $digits .= mt_rand(0, 9);
            }
            return $digits;
        };
        $number = (mt_rand(0, 1) ? '-' : '') . (ltrim($digits(mt_rand(0, 3) ? 5 : 25), '0') ?: '0');
        if (mt_rand(0, 1)) {
            $number .= '.' . $digits(mt_rand(0, 3) ? 4 : 30);
        }
        if (mt_rand(0, 3) === 0) {
            $number .= ['e', 'E', 'e+', 'e-', 'E-'][mt_rand(0, 4)] . mt_rand(0, mt_rand(0, 1) ? 20 : 400);
        }
        return $number;
    }

    private static function string(): string
    {
        $string = '';
        for ($i = mt_rand(0, 6); $i > 0; $i--) {
            $string .= match (mt_rand(0, 3)) {
                0 => self::ESCAPES[mt_rand(0, count(self::ESCAPES) - 1)],
                1 => ["\u{e9}", "\u{20ac}", "\u{1f600}", "\u{2028}", "\u{10ffff}"][mt_rand(0, 4)],
                default => ['ok', 'order', 'a b', '0', '-', '<b>', '&amp;'][mt_rand(0, 6)],
            };
        }
        return '"' . $string . '"';
    }

    private static function space(): string
    {
        return mt_rand(0, 3) ? '' : ["\n", ' ', "\t", "\r\n", '   '][mt_rand(0, 4)];
    }
}
