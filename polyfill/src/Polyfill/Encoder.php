<?php

namespace Spread\Polyfill;

/**
 * The request body: PHP's own http_build_query(), as code of the caller would call it. Before, the arrays are
 * searched for what it drops or crashes on, and for cases of OrderState.
 */
final class Encoder
{
    const DEPTH_LIMIT = 128;

    private $function;
    private $argument;
    private $scope = false;
    private $path = [];
    /** The objects and references that are being walked. */
    private $open = [];
    private $hasOrderState = false;

    /** @throws \ValueError for a cycle, or nesting that is too deep */
    public static function body($function, array $data, array $request)
    {
        $encoder = new self();
        $encoder->function = $function;
        $fields = [];
        foreach (['data' => $data, 'request' => $request] as $name => $values) {
            $encoder->argument = $name;
            $walked = $encoder->entries($values, 1);
            $fields[$name] = $encoder->hasOrderState ? $walked : $values;
        }
        return $encoder->inScope(static function ($fields) {
            return http_build_query($fields, '', '&');
        }, $fields);
    }

    /** Every value, with the number of an order's state in place of the case. */
    private function entries(array $values, $depth)
    {
        if ($depth > self::DEPTH_LIMIT) {
            $this->refuse('must not be nested deeper than ' . self::DEPTH_LIMIT . ' levels, as it is at');
        }
        $walked = [];
        foreach ($values as $key => $value) {
            $this->path[] = $key;
            $walked[$key] = is_array($value) || is_object($value) ? $this->entry($values, $key, $value, $depth + 1) : $value;
            array_pop($this->path);
        }
        return $walked;
    }

    private function entry(array $values, $key, $value, $depth)
    {
        if (PHP_VERSION_ID >= 80100 && $value instanceof \UnitEnum) {
            $isState = $value instanceof \Spread\OrderState;
            $this->hasOrderState = $this->hasOrderState || $isState;
            return $isState ? $value->value : $value;
        }
        $id = is_object($value) ? spl_object_hash($value) : self::reference($values, $key);
        if ($id !== null && isset($this->open[$id])) {
            $this->refuse('must not contain itself, as it does at');
        }
        $this->open[$id] = true;
        $hadOrderState = $this->hasOrderState;
        $walked = $this->entries(is_array($value) ? $value : $this->properties($value), $depth);
        unset($this->open[$id]);
        return is_array($value) || $this->hasOrderState !== $hadOrderState ? $walked : $value;
    }

    /** What distinguishes a reference to an array, since PHP 7.4; before, a cycle is nesting that is too deep. */
    private static function reference(array $values, $key)
    {
        $reference = PHP_VERSION_ID >= 70400 ? \ReflectionReference::fromArrayElement($values, $key) : null;
        return $reference === null ? null : $reference->getId();
    }

    private function properties($object)
    {
        return $this->inScope(static function ($object) {
            return get_object_vars($object);
        }, $object);
    }

    /** Calls a function as code of the caller's class: it sees the same properties. */
    private function inScope(\Closure $call, $argument)
    {
        if ($this->scope === false) {
            $this->scope = Caller::scope();
        }
        if ($this->scope === null || (new \ReflectionClass($this->scope))->isInternal()) {
            return $call($argument);
        }
        return call_user_func(\Closure::bind($call, null, $this->scope), $argument);
    }

    private function refuse($what)
    {
        $path = $this->argument;
        foreach ($this->path as $key) {
            $path .= "[$key]";
        }
        $characters = Text::characters(preg_replace('/[\x{0}-\x{1f}\x{7f}-\x{9f}]/u', '', Text::utf8($path)));
        if (count($characters) > 120) {
            $characters = array_merge(array_slice($characters, 0, 60), ["\xe2\x80\xa6"], array_slice($characters, -60));
        }
        $number = $this->argument === 'data' ? 1 : 2;
        throw Caller::place(new \ValueError("$this->function(): Argument #$number (\$$this->argument) $what " . implode('', $characters)));
    }
}
