<?php

namespace Spread\Polyfill;

/** Log lines, to where spread.log says. When that cannot be used they go to PHP's error log. */
final class Log
{
    private static $hasComplained = false;

    public static function write($line)
    {
        try {
            $destination = Settings::value('log');
            $complaint = null;
        } catch (Failure $failure) {
            $destination = '';
            $complaint = 'must be empty, syslog or an absolute path';
        }
        if ($destination === 'syslog') {
            syslog(LOG_WARNING, $line);
            return;
        }
        if ($destination !== '') {
            $error = self::append($destination, '[' . date('d-M-Y H:i:s e') . "] $line\n");
            if ($error === null) {
                return;
            }
            $complaint = 'names ' . Text::oneLine($destination, 256) . ", which cannot be written ($error)";
        }
        if ($complaint !== null && !self::$hasComplained) {
            self::$hasComplained = true;
            error_log("spread: spread.log $complaint; its lines go to PHP's error log");
        }
        // The log of php-fpm is a part of the response.
        if (AfterResponse::hasHandedOver() && (string) ini_get('error_log') === '') {
            syslog(LOG_WARNING, $line);
            return;
        }
        error_log($line);
    }

    /** @return string|null why the file cannot be written */
    private static function append($file, $entry)
    {
        // Only the owner may read a new file. A FIFO that nobody reads fails at once ("n").
        $isNew = !file_exists($file);
        $stream = @fopen($file, 'abn');
        if ($stream === false) {
            return self::lastReason('/.*: /');
        }
        if ($isNew) {
            @chmod($file, 0600);
        }
        $written = @fwrite($stream, $entry);
        fclose($stream);
        return $written === strlen($entry) ? null : self::lastReason('/.*errno=[0-9]+ /');
    }

    /** The system's words in PHP's last warning. */
    private static function lastReason($before)
    {
        $error = error_get_last();
        return $error === null ? 'unknown error' : Text::oneLine(preg_replace($before, '', $error['message']), 80);
    }
}
