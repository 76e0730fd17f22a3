<?php

namespace Spread\Polyfill;

/** There is none without the extension. */
final class Outbox
{
    const REASON = 'it needs the extension spread, which is not loaded';

    public static function drain($limit, $seconds)
    {
        foreach (['limit' => $limit, 'seconds' => $seconds] as $name => $value) {
            if (!is_numeric($value)) {
                $type = $name === 'limit' ? 'int' : 'float';
                throw Caller::place(new \TypeError(self::argument($name) . "must be of type $type, " . gettype($value) . ' given'));
            }
        }
        if ($limit <= 0) {
            throw Caller::place(new \ValueError(self::argument('limit') . 'must be greater than 0'));
        }
        if (!($seconds > 0 && $seconds <= 86400)) {
            throw Caller::place(new \ValueError(self::argument('seconds') . 'must be above 0 and at most 86400'));
        }
        self::refuse('was not drained');
    }

    public static function status()
    {
        self::refuse('was not read');
    }

    private static function refuse($undone)
    {
        $reason = Settings::text('outbox') === '' ? 'spread.outbox is empty' : self::REASON;
        $report = new Report('order', '', true);
        $report->failed(Failure::configuration("the outbox $undone: $reason"), null);
    }

    private static function argument($name)
    {
        return 'spread_outbox_drain(): Argument #' . ($name === 'limit' ? 1 : 2) . " (\$$name) ";
    }
}
