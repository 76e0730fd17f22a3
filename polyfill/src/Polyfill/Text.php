<?php

namespace Spread\Polyfill;

/** Texts from outside, for messages. */
final class Text
{
    /** UTF-8, in which what is not stands replaced. */
    public static function utf8($bytes)
    {
        if (preg_match('//u', $bytes)) {
            return $bytes;
        }
        return htmlspecialchars_decode(htmlspecialchars($bytes, ENT_NOQUOTES | ENT_SUBSTITUTE, 'UTF-8'), ENT_NOQUOTES);
    }

    public static function isUtf8($bytes)
    {
        return (bool) preg_match('//u', $bytes);
    }

    /** @return string[] its characters */
    public static function characters($bytes)
    {
        return preg_split('//u', self::utf8($bytes), -1, PREG_SPLIT_NO_EMPTY);
    }

    /** One line of at most so many characters: control characters would split a log line. */
    public static function oneLine($bytes, $longest)
    {
        // Four bytes are the longest character; a long text is not split whole.
        $start = implode('', array_slice(self::characters(substr($bytes, 0, 4 * $longest + 4)), 0, $longest));
        return preg_replace('/[\x{0}-\x{1f}\x{7f}-\x{9f}]/u', "\xef\xbf\xbd", $start);
    }

    /** Without PHP's locale, which strtolower() obeys before PHP 8. */
    public static function lower($text)
    {
        return strtr($text, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz');
    }

    /** A number of seconds: 0.5, 10. */
    public static function number($number)
    {
        return rtrim(rtrim(sprintf('%.9F', $number), '0'), '.');
    }
}
