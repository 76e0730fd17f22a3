<?php

namespace Spread\Polyfill;

/** The head and the body of a response, as libcurl hands them over. */
final class Response
{
    const BODY_LIMIT = 8388608;
    const HEAD_LIMIT = 262144;
    const HEAD_LINES_LIMIT = 768;

    public $status = 0;
    public $body = '';
    /** Where it leads, when it is a redirect: libcurl resolves what the header says. */
    public $redirect = '';
    /** 'head' or 'body' when it passes its bound. */
    public $tooLarge = null;
    public $isHeadWhole = false;
    /** @var Failure|null why the body is not whole: that of a redirect or a challenge is not needed */
    public $failure = null;

    private $lines = [];
    private $headLength = 0;

    /** A line of a head. Interim responses and those of a proxy have heads of their own; the last one counts. */
    public function readLine($line)
    {
        if (preg_match('~^HTTP/[0-9.]+ +([0-9]{3})~i', $line, $parts)) {
            $this->lines = [];
            $this->headLength = 0;
            $this->status = (int) $parts[1];
            $this->isHeadWhole = false;
        } elseif (rtrim($line, "\r\n") === '') {
            $this->isHeadWhole = true;
        } else {
            $this->lines[] = $line;
        }
        $this->headLength += strlen($line);
        if ($this->headLength > self::HEAD_LIMIT || count($this->lines) > self::HEAD_LINES_LIMIT) {
            $this->tooLarge = 'head';
            return 0;
        }
        return strlen($line);
    }

    public function readBody($chunk)
    {
        if (strlen($this->body) + strlen($chunk) > self::BODY_LIMIT) {
            $this->tooLarge = 'body';
            return 0;
        }
        $this->body .= $chunk;
        return strlen($chunk);
    }

    /** @return string[] the values of a header */
    public function header($name)
    {
        $values = [];
        $last = '';
        foreach ($this->lines as $line) {
            if (($line[0] === ' ' || $line[0] === "\t") && $values !== []) {
                // Folded over two lines.
                if ($last === $name) {
                    $values[] = array_pop($values) . ' ' . trim($line);
                }
                continue;
            }
            $parts = explode(':', $line, 2);
            $last = Text::lower(rtrim($parts[0]));
            if (isset($parts[1]) && $last === $name) {
                $values[] = trim($parts[1]);
            }
        }
        return $values;
    }

    /** Whether the body does not matter: another request may follow. */
    public function isOfRound()
    {
        return $this->isHeadWhole && ($this->status === 401 || ($this->status >= 300 && $this->status < 400));
    }

    /** Where a redirect leads whose body is not whole: libcurl does not say it then. */
    public function redirectOf(Url $url)
    {
        $locations = array_values(array_filter($this->header('location'), 'strlen'));
        if ($locations === []) {
            return '';
        }
        return preg_match('~^/(?!/)~', $locations[0]) ? $url->origin() . $locations[0] : $locations[0];
    }

    /** @return float|null seconds, RFC 9110 section 10.2.3 */
    public function retryAfter()
    {
        $values = $this->header('retry-after');
        $text = isset($values[0]) ? $values[0] : '';
        if (preg_match('/^[0-9]+$/D', $text)) {
            return (float) $text < 3.2e9 ? (float) $text : null;
        }
        $months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
        $time = '[0-9]{2}:[0-9]{2}:[0-9]{2}';
        $isDate = preg_match("/^\w{3}, [0-9]{2} ($months) [0-9]{4} $time GMT\$/D", $text)
            || preg_match("/^\w{6,9}, [0-9]{2}-($months)-[0-9]{2} $time GMT\$/D", $text)
            || preg_match("/^\w{3} ($months) [ 0-9][0-9] $time [0-9]{4}\$/D", $text);
        $date = $isDate ? strtotime(substr($text, -3) === 'GMT' ? $text : "$text GMT") : false;
        return $date === false ? null : max(0.0, $date - microtime(true));
    }

    public function hasUnknownCoding()
    {
        $codings = preg_split('/[\s,]+/', implode(',', $this->header('transfer-encoding')), -1, PREG_SPLIT_NO_EMPTY);
        return array_diff(array_map([__NAMESPACE__ . '\Text', 'lower'], $codings), ['chunked', 'identity']) !== [];
    }
}
