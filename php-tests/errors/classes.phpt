--TEST--
The exception classes, their parents and their methods
--FILE--
<?php
foreach (['Exception', 'ConfigurationException', 'ConnectionException', 'TimeoutException', 'ResponseException', 'AuthenticationException'] as $name) {
    $class = new ReflectionClass("Spread\\$name");
    echo $class->getName(), ' < ', $class->getParentClass()->getName(), $class->isInternal() ? '' : ', not internal', "\n";
}
foreach (['getResponse', 'isRetryable', 'getRetryAfter'] as $name) {
    $method = new ReflectionMethod('Spread\Exception', $name);
    echo implode(' ', Reflection::getModifierNames($method->getModifiers())), ' ', $name, '(', $method->getNumberOfParameters(), '): ', $method->getReturnType(), "\n";
}
// A shop's tests construct exceptions themselves.
$own = new Spread\TimeoutException('own', 5, $previous = new LogicException());
var_dump($own->getMessage(), $own->getCode(), $own->getPrevious() === $previous, $own->getResponse(), $own->getRetryAfter(), is_bool($own->isRetryable()));
class ShopException extends Spread\ResponseException
{
    public function __construct(public string $shop)
    {
    }
}
$extended = new ShopException('mine');
var_dump($extended->shop, $extended->getResponse(), $extended instanceof RuntimeException);
var_dump(spread_last_error());
?>
--EXPECT--
Spread\Exception < RuntimeException
Spread\ConfigurationException < Spread\Exception
Spread\ConnectionException < Spread\Exception
Spread\TimeoutException < Spread\ConnectionException
Spread\ResponseException < Spread\Exception
Spread\AuthenticationException < Spread\ResponseException
public getResponse(0): mixed
public isRetryable(0): bool
public getRetryAfter(0): ?float
string(3) "own"
int(5)
bool(true)
NULL
NULL
bool(true)
string(4) "mine"
NULL
bool(true)
NULL
