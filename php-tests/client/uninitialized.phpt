--TEST--
Spread\Client cannot be made without its constructor
--FILE--
<?php
try {
    (new ReflectionClass('Spread\Client'))->newInstanceWithoutConstructor();
    echo "nothing thrown\n";
} catch (ReflectionException $error) {
    echo "refused\n";
}
?>
--EXPECT--
refused
