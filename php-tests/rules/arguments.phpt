--TEST--
spread_validate_order() checks its arguments as any PHP function, and traces do not show them
--FILE--
<?php
foreach ([['x', []], [[], null], [[]], [[], [], []]] as $arguments) {
    try {
        spread_validate_order(...$arguments);
    } catch (Error $error) {
        echo $error::class, ': ', $error->getMessage(), "\n";
    }
}
$function = new ReflectionFunction('spread_validate_order');
foreach ($function->getParameters() as $parameter) {
    echo $parameter->getType(), ' $', $parameter->getName(), "\n";
    if (PHP_VERSION_ID >= 80200 && $parameter->getAttributes()[0]->getName() !== 'SensitiveParameter') {
        echo "not sensitive\n";
    }
}
echo ': ', $function->getReturnType(), "\n";
echo count(spread_validate_order(request: [], data: [])), " findings\n";
?>
--EXPECT--
TypeError: spread_validate_order(): Argument #1 ($data) must be of type array, string given
TypeError: spread_validate_order(): Argument #2 ($request) must be of type array, null given
ArgumentCountError: spread_validate_order() expects exactly 2 arguments, 1 given
ArgumentCountError: spread_validate_order() expects exactly 2 arguments, 3 given
array $data
array $request
: array
6 findings
