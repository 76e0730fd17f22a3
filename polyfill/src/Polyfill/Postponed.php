<?php

namespace Spread\Polyfill;

/** An order or account to be sent when the request has ended. */
final class Postponed
{
    public $settings;
    public $url;
    public $body;
    public $report;
    public $begun;
    /** The first documented rule that it breaks, for the message of a refusal. */
    public $brokenRule = null;

    public function __construct(Settings $settings, Url $url, $body, Report $report)
    {
        $this->settings = $settings;
        $this->url = $url;
        $this->body = $body;
        $this->report = $report;
        $this->begun = microtime(true);
    }

    /** Whether both are about the same order or account of the same shop, and must be sent in their sequence. */
    public function isInSequenceWith(Postponed $other)
    {
        return $this->url->origin() === $other->url->origin()
            && $this->settings->publicKey === $other->settings->publicKey
            && $this->report->name() === $other->report->name();
    }

    /** @param float $limit seconds */
    public function send($limit)
    {
        if ($limit <= 0) {
            $timeout = Text::number($this->settings->timeout);
            $this->report->notice("was not sent: the orders before it took $timeout s (spread.timeout)");
            return;
        }
        try {
            $exchange = new Exchange($this->settings, $this->url);
            Answer::decode($exchange->send($this->body, $limit));
        } catch (Failure $failure) {
            $this->report->failedLater($failure, $failure->mayBeTheOrders ? $this->brokenRule : null);
        }
    }
}
