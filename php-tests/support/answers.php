<?php
/*
 * The documented return value of spread_update_order() for the body of a 2xx answer, computed in PHP.
 */
declare(strict_types=1);

/** @return array{0: 'value'|'refused', 1?: mixed} */
function promised_answer(string $body): array
{
    if ($body === '') {
        return ['value', null];
    }
    $value = json_decode($body, true);
    if (json_last_error() === JSON_ERROR_NONE) {
        return ['value', $value];
    }
    // Broken JSON and HTML are refused; any other text is returned as it is.
    $start = ltrim(preg_replace('/^\xef\xbb\xbf/', '', ltrim($body, " \t\r\n")), " \t\r\n");
    return in_array($start[0] ?? '', ['{', '[', '<'], true) ? ['refused'] : ['value', $body];
}

/** The outcome of a call, in the same form. */
function actual_answer(mixed $answer): array
{
    $error = spread_last_error();
    if ($error === null) {
        return ['value', $answer];
    }
    return $answer === false && $error::class === 'Spread\ResponseException'
        ? ['refused']
        : [$error::class . ': ' . $error->getMessage(), $answer];
}
