--TEST--
Arguments are checked as for any PHP function, and can be named
--FILE--
<?php
foreach (['spread_encode_order', 'spread_update_order'] as $function) {
    foreach ([['x', []], [[], null], [new stdClass(), []], [[]], [], [[], [], []], [1.5, 1.5]] as $arguments) {
        try {
            $function(...$arguments);
        } catch (Error $error) {
            echo $error::class, ': ', $error->getMessage(), "\n";
        }
    }
    foreach ((new ReflectionFunction($function))->getParameters() as $parameter) {
        echo '  ', $parameter->getType(), ' $', $parameter->getName(), "\n";
    }
    echo '  : ', (new ReflectionFunction($function))->getReturnType(), "\n";
}
echo spread_encode_order(request: ['r' => 1], data: ['d' => 2]), "\n";
try {
    spread_encode_order(data: [], requests: []);
} catch (Error $error) {
    echo $error::class, ': ', $error->getMessage(), "\n";
}
try {
    spread_last_error(1);
} catch (Error $error) {
    echo $error::class, ': ', $error->getMessage(), "\n";
}
echo '  : ', (new ReflectionFunction('spread_last_error'))->getReturnType(), "\n";
var_dump(spread_last_error());
?>
--EXPECT--
TypeError: spread_encode_order(): Argument #1 ($data) must be of type array, string given
TypeError: spread_encode_order(): Argument #2 ($request) must be of type array, null given
TypeError: spread_encode_order(): Argument #1 ($data) must be of type array, stdClass given
ArgumentCountError: spread_encode_order() expects exactly 2 arguments, 1 given
ArgumentCountError: spread_encode_order() expects exactly 2 arguments, 0 given
ArgumentCountError: spread_encode_order() expects exactly 2 arguments, 3 given
TypeError: spread_encode_order(): Argument #1 ($data) must be of type array, float given
  array $data
  array $request
  : string
TypeError: spread_update_order(): Argument #1 ($data) must be of type array, string given
TypeError: spread_update_order(): Argument #2 ($request) must be of type array, null given
TypeError: spread_update_order(): Argument #1 ($data) must be of type array, stdClass given
ArgumentCountError: spread_update_order() expects exactly 2 arguments, 1 given
ArgumentCountError: spread_update_order() expects exactly 2 arguments, 0 given
ArgumentCountError: spread_update_order() expects exactly 2 arguments, 3 given
TypeError: spread_update_order(): Argument #1 ($data) must be of type array, float given
  array $data
  array $request
  : mixed
data%5Bd%5D=2&request%5Br%5D=1
Error: Unknown named parameter $requests
ArgumentCountError: spread_last_error() expects exactly 0 arguments, 1 given
  : ?Spread\Exception
NULL
