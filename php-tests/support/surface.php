<?php
/*
 * The declarations of the extension, as one array of comparable lines: name => description.
 *
 *     surface_of_extension()               of the extension in this process
 *     php -n surface.php stubs/spread.php  of the stub, as JSON, in a process without the extension:
 *                                          both declare the same names
 */
declare(strict_types=1);

function surface_of_extension(): array
{
    $extension = new ReflectionExtension('spread');
    return surface($extension->getFunctions(), $extension->getClasses());
}

function surface_of_file(string $file): array
{
    $functions = get_defined_functions()['user'];
    $classes = get_declared_classes();
    require $file;
    return surface(
        array_map(static fn ($name) => new ReflectionFunction($name), array_diff(get_defined_functions()['user'], $functions)),
        array_map(static fn ($name) => new ReflectionClass($name), array_diff(get_declared_classes(), $classes)),
    );
}

/**
 * @param ReflectionFunction[] $functions
 * @param ReflectionClass[] $classes
 * @return array<string, string>
 */
function surface(array $functions, array $classes): array
{
    $surface = [];
    foreach ($functions as $function) {
        $surface += callable_lines($function->getName() . '()', $function);
    }
    foreach ($classes as $class) {
        $name = $class->getName();
        $kind = $class->isEnum() ? 'enum: ' . (new ReflectionEnum($name))->getBackingType() : ($class->isInterface() ? 'interface' : 'class');
        $interfaces = $class->getInterfaceNames();
        sort($interfaces);
        $surface[$name] = implode(' ', [
            // Enums are final; not every PHP version reports it.
            ...($class->isEnum() ? [] : Reflection::getModifierNames($class->getModifiers())), $kind,
            'extends', $class->getParentClass() ? $class->getParentClass()->getName() : '-',
            'implements', implode(',', $interfaces),
        ]) . attributes($class);
        foreach ($class->getReflectionConstants() as $constant) {
            if ($constant->getDeclaringClass()->getName() === $name) {
                $value = $constant->getValue();
                $surface["$name::" . $constant->getName()] = implode(' ', Reflection::getModifierNames($constant->getModifiers()))
                    . ($value instanceof BackedEnum ? ' case ' . var_export($value->value, true) : ' const ' . var_export($value, true));
            }
        }
        // Private members are not part of the API.
        foreach ($class->getProperties(ReflectionProperty::IS_PUBLIC | ReflectionProperty::IS_PROTECTED) as $property) {
            if ($property->getDeclaringClass()->getName() === $name) {
                $surface["$name::\$" . $property->getName()] = implode(' ', [...Reflection::getModifierNames($property->getModifiers()), (string) $property->getType()]);
            }
        }
        foreach ($class->getMethods() as $method) {
            if ($method->getDeclaringClass()->getName() === $name) {
                $surface += callable_lines("$name::" . $method->getName() . '()', $method);
            }
        }
    }
    ksort($surface);
    return $surface;
}

/** @return array<string, string> one line for the function or method and one for each parameter */
function callable_lines(string $name, ReflectionFunctionAbstract $callable): array
{
    $modifiers = $callable instanceof ReflectionMethod ? Reflection::getModifierNames($callable->getModifiers()) : [];
    $lines[$name] = implode(' ', [
        ...$modifiers, 'function', $callable->returnsReference() ? '&' : '', 'returns', (string) ($callable->getReturnType() ?? '-'),
        $callable->isDeprecated() ? 'deprecated' : '',
    ]) . attributes($callable);
    foreach ($callable->getParameters() as $parameter) {
        $lines["$name, parameter " . $parameter->getPosition() + 1] = implode(' ', [
            (string) ($parameter->getType() ?? '-'),
            ($parameter->isPassedByReference() ? '&' : '') . ($parameter->isVariadic() ? '...' : '') . '$' . $parameter->getName(),
            $parameter->isOptional() ? 'optional' : 'required',
            $parameter->isDefaultValueAvailable() ? '= ' . var_export($parameter->getDefaultValue(), true) : 'without default',
        ]) . attributes($parameter);
    }
    return $lines;
}

function attributes(ReflectionClass|ReflectionFunctionAbstract|ReflectionParameter $of): string
{
    $names = array_map(static fn (ReflectionAttribute $attribute): string => $attribute->getName(), $of->getAttributes());
    sort($names);
    return $names === [] ? '' : ' #[' . implode(', ', $names) . ']';
}

if (realpath($argv[0] ?? '') === __FILE__) {
    echo json_encode(surface_of_file($argv[1]), JSON_THROW_ON_ERROR);
}
