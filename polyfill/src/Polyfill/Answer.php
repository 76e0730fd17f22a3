<?php

namespace Spread\Polyfill;

/** The body of a response as a value. */
final class Answer
{
    /**
     * The value of a 2xx: JSON decoded, nothing as null, plain text as it is.
     *
     * @throws Failure for HTML, broken JSON, or JSON that is too deep
     */
    public static function decode(Response $response)
    {
        $body = $response->body;
        $value = self::json($body);
        if (json_last_error() === JSON_ERROR_NONE || $body === '') {
            return $value;
        }
        if (json_last_error() === JSON_ERROR_DEPTH) {
            throw self::unusable($response->status, 'JSON nested deeper than 512 levels');
        }
        $blank = " \t\r\n\x0c";
        $start = ltrim(preg_replace('/^\xef\xbb\xbf/', '', ltrim($body, $blank)), $blank);
        if ($start !== '' && $start[0] === '<') {
            throw self::unusable($response->status, 'an HTML page instead of JSON');
        }
        if ($start !== '' && ($start[0] === '{' || $start[0] === '[')) {
            throw self::unusable($response->status, 'a broken JSON document');
        }
        return $body;
    }

    /** The value of a refusal's body: JSON decoded, nothing as null, anything else as it is. */
    public static function ofRefusal($body)
    {
        $value = self::json($body);
        return json_last_error() === JSON_ERROR_NONE || $body === '' ? $value : $body;
    }

    public static function unusable($status, $what)
    {
        return Failure::response(
            $status,
            "SPREAD answered {subject} with HTTP $status and $what; check that spread.endpoint names SPREAD's API"
        );
    }

    private static function json($body)
    {
        return json_decode($body, true, 512);
    }
}
