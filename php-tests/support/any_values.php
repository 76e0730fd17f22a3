<?php
/*
 * Any value that PHP code can pass: those of random_values.php, which an order can hold, and hostile
 * ones. The same values for the same seed.
 */
declare(strict_types=1);

/** A class with every hook that inspecting an object could run; each hook that may throw does. */
class Touchy implements ArrayAccess, Countable, IteratorAggregate, JsonSerializable, Stringable
{
    public mixed $public = 1;
    public int $never_set;

    public function __get(string $name): mixed
    {
        throw new LogicException("__get($name)");
    }

    public function __isset(string $name): bool
    {
        throw new LogicException("__isset($name)");
    }

    public function __call(string $name, array $arguments): mixed
    {
        throw new LogicException("__call($name)");
    }

    public function __debugInfo(): array
    {
        return ['debug' => true]; // an exception here would be a fatal error
    }

    public function __serialize(): array
    {
        throw new LogicException('__serialize');
    }

    public function __toString(): string
    {
        throw new LogicException('__toString');
    }

    public function offsetExists(mixed $offset): bool
    {
        throw new LogicException('offsetExists');
    }

    public function offsetGet(mixed $offset): mixed
    {
        throw new LogicException('offsetGet');
    }

    public function offsetSet(mixed $offset, mixed $value): void
    {
        throw new LogicException('offsetSet');
    }

    public function offsetUnset(mixed $offset): void
    {
        throw new LogicException('offsetUnset');
    }

    public function count(): int
    {
        throw new LogicException('count');
    }

    public function getIterator(): Iterator
    {
        throw new LogicException('getIterator');
    }

    public function jsonSerialize(): mixed
    {
        throw new LogicException('jsonSerialize');
    }
}

final class AnyValues
{
    private readonly RandomValues $orders;
    /** @var list<ReflectionClass> classes that can be instantiated without their constructor */
    private array $classes = [];
    /** @var list<resource> */
    private array $resources;

    public function __construct(int $seed)
    {
        $this->orders = new RandomValues($seed);
        foreach (get_declared_classes() as $name) {
            $class = new ReflectionClass($name);
            try {
                if ($class->isInternal() && !$class->isAbstract()) {
                    $class->newInstanceWithoutConstructor();
                    $this->classes[] = $class;
                }
            } catch (Throwable) {
                // A final class that cannot be instantiated this way.
            }
        }
        $closed = fopen('php://memory', 'r');
        fclose($closed);
        $this->resources = [fopen('php://memory', 'r+'), opendir(__DIR__), stream_context_create(), $closed];
    }

    public function order(): array
    {
        return $this->orders->order();
    }

    /** A value of any type; half of them arrays, as only an array is an order. */
    public function value(int $level = 0): mixed
    {
        return mt_rand(0, 1) && $level < 4 ? $this->array($level) : $this->other($level);
    }

    public function array(int $level = 0): array
    {
        switch (mt_rand(0, 11)) {
            case 0:
                return [];
            case 1:
                $array = ['order_idorder' => $this->string()];
                $array['again'] = &$array;
                return $array;
            case 2:
                return self::nested(mt_rand(100, 160), fn () => $this->other($level + 1));
            case 3:
                return mt_rand(0, 20) ? [] : self::nested(10_000, static fn () => 1);
            case 4:
                $shared = $this->other($level + 1);
                return ['a' => &$shared, 'b' => &$shared, 'c' => [[&$shared]]];
            case 5:
                $array = range(0, mt_rand(0, 50));
                unset($array[mt_rand(0, 49)], $array[mt_rand(0, 49)]);
                return $array;
            case 6:
                return [PHP_INT_MAX => 1, PHP_INT_MIN => $this->other($level + 1), '' => 2, $this->string() => $this->other($level + 1)];
            case 7:
                return $GLOBALS['argv'] ?? [];
            case 8:
            case 9:
                return ['order_idorder' => $this->value($level + 1), 'any' => $this->value($level + 1), $this->value($level + 1)];
            default:
                return $this->orders->order();
        }
    }

    public function string(): string
    {
        return match (mt_rand(0, 12)) {
            0 => '',
            1 => "\0",
            2 => (string) mt_rand(),
            3 => str_repeat(chr(mt_rand(0, 255)), mt_rand(0, mt_rand(0, 200) ? 300 : 1_000_000)),
            4 => ['0', '-1', '1e400', 'nan', 'true', 'array', 'null', '%s%n%d', '../../etc/passwd', '${x}', 'spread.timeout'][mt_rand(0, 10)],
            5 => "\u{202e}\u{1f600}\u{fffd}\u{e9}",
            6 => ['Spread\Exception', 'spread_update_order', 'ArrayObject', 'O:8:"stdClass":0:{}'][mt_rand(0, 3)],
            default => $this->bytes(mt_rand(0, 40)),
        };
    }

    public function bytes(int $length): string
    {
        for ($bytes = ''; $length > 0; $length--) {
            $bytes .= chr(mt_rand(0, 255));
        }
        return $bytes;
    }

    private function other(int $level): mixed
    {
        return match (mt_rand(0, 15)) {
            0 => null,
            1 => (bool) mt_rand(0, 1),
            2 => [0, 1, -1, 2 ** 31, PHP_INT_MAX, PHP_INT_MIN, mt_rand()][mt_rand(0, 6)],
            3 => [0.0, -0.0, 1.5, NAN, INF, -INF, PHP_FLOAT_MAX, 5e-324, mt_rand() / 7][mt_rand(0, 8)],
            4, 5, 6 => $this->string(),
            7 => $this->resources[mt_rand(0, count($this->resources) - 1)],
            8, 9, 10 => $this->classes[mt_rand(0, count($this->classes) - 1)]->newInstanceWithoutConstructor(),
            default => $this->object($level),
        };
    }

    private function object(int $level): object
    {
        switch (mt_rand(0, 21)) {
            case 0:
                return new Touchy();
            case 1:
                $object = new Touchy();
                unset($object->public);
                return $object;
            case 2:
                $object = new stdClass();
                $object->self = $object;
                return $object;
            case 3:
                $object = new ArrayObject();
                $object['self'] = $object;
                return $object;
            case 4:
                return @new ArrayObject(new ArrayObject($this->array($level + 1))); // deprecated since PHP 8.5
            case 5:
                return (object) ["\0*\0a" => 1, "\0Touchy\0b" => $this->other($level + 1), '5' => 2, '' => 3];
            case 6:
                return (static function () {
                    yield 1;
                })();
            case 7:
                return new Fiber(strlen(...));
            case 8:
                return WeakReference::create($this);
            case 9:
                $map = new WeakMap();
                $map[$this] = $map;
                return $map;
            case 10:
                return [strlen(...), $this->string(...), spread_last_error(...)][mt_rand(0, 2)];
            case 11:
                return new class ($this->array($level + 1)) {
                    public function __construct(public readonly array $promoted, protected ?self $none = null)
                    {
                    }
                };
            case 12:
                return spread_last_error() ?? new Spread\Exception('none yet');
            case 13:
                return [Suit::Odd, Level::High, Plain::Only][mt_rand(0, 2)];
            case 14:
                return unserialize('O:7:"Nowhere":1:{s:1:"a";i:1;}');
            case 15:
                return new ReflectionFunction('spread_update_order');
            case 16:
                return new LimitIterator(new InfiniteIterator(new ArrayIterator([1, 2])), 0, 3);
            case 17:
                return new SplTempFileObject();
            case 18:
                return new DatePeriod(new DateTime('@0'), new DateInterval('P1D'), 3);
            case 19:
                $object = new SplObjectStorage();
                $object[$object] = $object;
                return $object;
            case 20:
                $values = $this->array($level + 1);
                return class_exists(SensitiveParameterValue::class) ? new SensitiveParameterValue($values) : (object) $values; // since PHP 8.2
            default:
                return (object) $this->array($level + 1);
        }
    }

    private static function nested(int $levels, Closure $inside): array
    {
        for ($array = [$inside()]; $levels > 1; $levels--) {
            $array = mt_rand(0, 50) ? ['a' => $array] : [(object) [$array]];
        }
        return $array;
    }
}
