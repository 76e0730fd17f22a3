<?php

namespace Spread\Polyfill;

/** The values of WWW-Authenticate as challenges, RFC 9110 section 11.6.1. What cannot be read is passed over. */
final class Challenges
{
    /**
     * @param string[] $values
     * @return array[] for each challenge its scheme and its parameters, names in lower case
     */
    public static function parse(array $values)
    {
        $challenges = [];
        foreach ($values as $value) {
            foreach (self::ofValue($value) as $challenge) {
                $challenges[] = $challenge;
            }
        }
        return $challenges;
    }

    private static function ofValue($rest)
    {
        $token = '[A-Za-z0-9!#$%&\'*+.^_`|~-]+';
        $challenges = [];
        $isFirst = true;
        while (true) {
            $separator = strspn($rest, ", \t\r\n");
            // A scheme stands at the start or after a comma; elsewhere a bare word is a token68.
            $mayBeScheme = $isFirst || strpos(substr($rest, 0, $separator), ',') !== false;
            $isFirst = false;
            $rest = (string) substr($rest, $separator);
            if ($rest === '') {
                return $challenges;
            }
            if (preg_match("/^($token)[ \\t\\r\\n]*=[ \\t\\r\\n]*/", $rest, $parts)) {
                $rest = (string) substr($rest, strlen($parts[0]));
                $value = self::parameterValue($rest);
                if ($value !== null && $challenges !== []) {
                    $challenges[count($challenges) - 1][1][Text::lower($parts[1])] = $value;
                }
            } elseif (preg_match("/^($token)(?:[ \\t\\r\\n]+|(?=,)|\$)/D", $rest, $parts)) {
                if ($mayBeScheme) {
                    $challenges[] = [$parts[1], []];
                }
                $rest = (string) substr($rest, strlen($parts[0]));
            } else {
                $rest = (string) strstr($rest, ',');
            }
        }
    }

    /** Takes the value off the text; null for a quoted one that ends in a backslash. */
    private static function parameterValue(&$text)
    {
        if ($text === '' || $text[0] !== '"') {
            // Up to the comma, blanks within included, as libcurl reads it.
            $value = rtrim(substr($text, 0, strcspn($text, ',')), " \t\r\n\x0c");
            $text = (string) strstr($text, ',');
        } else {
            preg_match('/^"((?:[^"\\\\]|\\\\.)*)(\\\\?)("?)/s', $text, $parts);
            $text = (string) substr($text, strlen($parts[0]));
            if ($parts[2] !== '') {
                return null;
            }
            $value = preg_replace('/\\\\(.)/s', '$1', $parts[1]);
        }
        // It goes back to the server in a header, where a control byte has no place.
        return preg_replace('/[\x00-\x08\x0a-\x1f\x7f]/', ' ', $value);
    }
}
