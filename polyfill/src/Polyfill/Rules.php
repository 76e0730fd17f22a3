<?php

namespace Spread\Polyfill;

/** The documented rules of an order and of an account, as crates/rules/ checks them. */
final class Rules
{
    private $noun;
    private $needsRequest;
    private $fields;
    private $findings = [];

    /** @return array[] the rules that a call of a method breaks: field, rule, severity, message */
    public static function check($method, array $data, array $request)
    {
        $rules = new self();
        list(, $rules->noun, $rules->needsRequest) = Table::get('methods')[$method];
        $reader = new Reader();
        $rules->fields = ['data' => $reader->fields($data), 'request' => $reader->fields($request)];
        $known = [];
        foreach (Table::get('fields') as $field) {
            list($array, $name, , $isOfOrder) = $field;
            $known[$array][$name] = true;
            if ($rules->noun === 'order' || !$isOfOrder) {
                $rules->checkField($field);
            } else {
                $rules->checkFieldOfOrder("$array.$name", $rules->get($array, $name));
            }
        }
        foreach ($rules->fields as $array => $fields) {
            foreach ($fields as $key => $value) {
                if (!isset($known[$array][$key])) {
                    $rules->checkUnknown($array, $key, $value);
                }
            }
        }
        return $rules->findings;
    }

    /** @return string|null the message of the first documented rule that a call of a method breaks */
    public static function firstError($method, array $data, array $request)
    {
        foreach (self::check($method, $data, $request) as $finding) {
            if ($finding['severity'] === 'error') {
                return $finding['message'];
            }
        }
        return null;
    }

    /** The value of a field; null as a form does not carry it. */
    private function get($array, $name)
    {
        return isset($this->fields[$array][$name]) ? $this->fields[$array][$name] : null;
    }

    private function has($array, $name)
    {
        $value = $this->get($array, $name);
        return $value !== null && $value !== [] && $value !== '';
    }

    private function checkField(array $field)
    {
        list($array, $name, $kind, , $isRequired) = $field;
        $path = "$array.$name";
        $value = $this->get($array, $name);
        $isMissing = !$this->has($array, $name);
        $isRequired = $isRequired && ($array === 'data' || $this->needsRequest);
        $expected = Table::get('kinds')[$kind][1];

        $isUnidentified = $isMissing && $path === 'data.customer_email' && !$this->has('data', 'external_id');
        if ($isUnidentified) {
            $this->add($path, 'missing', 'and data.external_id are both missing; at least one must name the customer');
        } elseif ($isRequired && $isMissing) {
            $this->add($path, 'missing', "is missing; it must be $expected");
        }
        if ($value === null) {
            return;
        }
        $isReported = $isMissing && ($isUnidentified || $isRequired);
        if (!$isReported && $value !== [] && !Kinds::accepts($kind, $value)) {
            $this->add($path, Table::get('kinds')[$kind][0], "must be $expected" . ($isMissing ? ', or be left out' : ''));
        }
        $this->checkMeaning($path, $value, $isMissing);
        $this->checkContent($path, $value);
    }

    /** What one field alone must say. */
    private function checkMeaning($path, $value, $isMissing)
    {
        switch ($path) {
            case 'data.external_id':
                if (self::asSent($value) === '0') {
                    $this->add($path, 'guest-id', 'is 0, which shops give to every guest: SPREAD would take all guests for one'
                        . ' customer; leave it out for a guest');
                }
                break;
            case 'data.customer_country':
                $text = self::textOf($value);
                if ($text !== '' && !Places::isCountry($text)) {
                    $meant = Places::countryMeant($text);
                    $this->add($path, 'not-a-country', 'should be an ISO 3166-1 alpha-2 code such as FR' . self::instead($meant));
                }
                break;
            case 'data.customer_lang':
                $text = self::textOf($value);
                if ($text !== '' && !Places::isLanguage($text)) {
                    $meant = Places::languageMeant($text);
                    $this->add($path, 'not-a-language', 'should be a language and a country such as fr_FR' . self::instead($meant));
                }
                break;
            case 'data.consents':
                if (!$isMissing && !$this->has('data', 'customer_email')) {
                    $this->add($path, 'consents-without-email', 'needs data.customer_email: SPREAD keeps consents by e-mail address');
                }
                break;
            case 'data.order_end_service':
                $start = $this->get('data', 'order_start_service');
                if (Kinds::isDate($start) && Kinds::isDate($value) && strcmp($value, $start) < 0) {
                    $this->add($path, 'end-before-start', 'is before data.order_start_service; it must be the same day or later');
                }
                break;
            case 'request.order_idorder':
                $ids = [];
                foreach (['data', 'request'] as $array) {
                    $ids[] = $this->has($array, 'order_idorder') ? self::asSent($this->get($array, 'order_idorder')) : null;
                }
                if ($ids[0] !== null && $ids[1] !== null && $ids[0] !== $ids[1]) {
                    $this->add($path, 'different-order', 'is not data.order_idorder; both must name the same order');
                }
                break;
        }
    }

    private function checkFieldOfOrder($path, $value)
    {
        if ($value !== null) {
            $this->add($path, 'order-field', 'is a field of an order; leave it out of an account');
            $this->checkContent($path, $value);
        }
    }

    private function checkUnknown($array, $key, $value)
    {
        $path = "$array." . (is_int($key) ? $key : Text::oneLine($key, 64));
        $guess = is_int($key) ? null : Nearest::field($this->noun, $array, $key);
        $this->add($path, 'unknown-field', 'is not a documented field; '
            . ($guess === null ? 'check its name' : "did you mean $guess?"));
        if (is_int($key) || Text::isUtf8($key)) {
            $this->checkContent($path, $value);
        } else {
            $this->add($path, 'not-utf-8', 'must have a name in UTF-8');
        }
    }

    /** Checks that apply to any value; each rule is reported once for a field. */
    private function checkContent($path, $value)
    {
        if (Content::isEndless($value)) {
            $this->add($path, 'too-deep', 'must not contain itself or be nested deeper than 128 levels; it cannot be sent');
        }
        if (Content::hasInvalidUtf8($value)) {
            $this->add($path, 'not-utf-8', 'must be text in UTF-8');
        }
        if (Content::isEscaped($value)) {
            $this->add($path, 'escaped-text', 'is escaped for HTML, such as &amp; or &#039;; send the text itself, which'
                . ' html_entity_decode() gives');
        }
        if ($value === []) {
            $this->add($path, 'empty-array', 'is an empty array, which a form cannot carry: SPREAD will not see it');
        } elseif (Content::hasEmptyArray($value)) {
            $this->add($path, 'empty-array', 'has an empty array in it, which a form cannot carry: SPREAD will not see that');
        }
    }

    private function add($path, $rule, $says)
    {
        $this->findings[] = [
            'field' => $path,
            'rule' => $rule,
            'severity' => Table::get('rules')[$rule],
            'message' => "$path $says",
        ];
    }

    /** A scalar as the form carries it; null where that depends on PHP's ini `precision`. */
    private static function asSent($value)
    {
        if (is_bool($value)) {
            return $value ? '1' : '0';
        }
        if (is_float($value)) {
            return Kinds::isSmallAndWhole($value) ? sprintf('%.0F', $value) : null;
        }
        return is_string($value) || is_int($value) ? (string) $value : null;
    }

    /** The text that a field sends; empty when it is not UTF-8, which breaks another rule. */
    private static function textOf($value)
    {
        $text = (string) self::asSent($value);
        return Text::isUtf8($text) ? $text : '';
    }

    private static function instead($meant)
    {
        return $meant === null ? '' : "; write $meant";
    }
}
