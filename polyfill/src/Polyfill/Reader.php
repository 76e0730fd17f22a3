<?php

namespace Spread\Polyfill;

/** The fields of an order -> what the rules look at: scalars, null, arrays, and Unread. Bounded. */
final class Reader
{
    const DEPTH_LIMIT = 128;
    /** Bytes of text, and ENTRY for each element. */
    const BUDGET = 16777216;
    const ENTRY = 64;
    /** Texts of fields up to this length are free: dates, states and addresses are always checked. */
    const SHORT = 256;

    private $budget = self::BUDGET;
    private $depth = 0;
    /** The references to arrays that are being read. */
    private $open = [];

    /** Reads every field, even beyond the budget: an omitted one would be reported as missing. */
    public function fields(array $fields)
    {
        $this->depth = 1;
        $read = [];
        foreach ($fields as $key => $value) {
            $isShort = is_string($value) && strlen($value) <= self::SHORT;
            $read[$key] = $isShort ? $value : $this->value($value, $fields, $key);
        }
        return $read;
    }

    private function value($value, array $values, $key)
    {
        switch (gettype($value)) {
            case 'boolean':
            case 'integer':
            case 'double':
                return $value;
            case 'string':
                return $this->spend(strlen($value)) ? $value : new Unread(Unread::LARGE);
            case 'array':
                return $this->ofArray($value, $values, $key);
            case 'object':
                $isEnum = PHP_VERSION_ID >= 80100 && $value instanceof \BackedEnum;
                return $isEnum ? $this->value($value->value, [], null) : new Unread(Unread::OTHER);
            default:
                // A form carries neither null nor a resource.
                return null;
        }
    }

    private function ofArray(array $array, array $values, $key)
    {
        $reference = PHP_VERSION_ID >= 70400 ? \ReflectionReference::fromArrayElement($values, $key) : null;
        $id = $reference === null ? null : $reference->getId();
        if ($this->depth >= self::DEPTH_LIMIT || ($id !== null && isset($this->open[$id]))) {
            return new Unread(Unread::ENDLESS);
        }
        if ($id !== null) {
            $this->open[$id] = true;
        }
        $this->depth++;
        $read = [];
        foreach ($array as $inner => $value) {
            if (!$this->spend(self::ENTRY + (is_int($inner) ? 0 : strlen($inner)))) {
                $read = new Unread(Unread::LARGE);
                break;
            }
            $read[$inner] = $this->value($value, $array, $inner);
        }
        $this->depth--;
        if ($id !== null) {
            unset($this->open[$id]);
        }
        return $read;
    }

    private function spend($cost)
    {
        if ($cost > $this->budget) {
            return false;
        }
        $this->budget -= $cost;
        return true;
    }
}
