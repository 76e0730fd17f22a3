<?php

namespace Spread\Polyfill;

/** One call: encodes an order or account, sends it, and reports the outcome. */
final class Call
{
    public static function ofFunction($method, array $data, array $request)
    {
        list($function, $noun) = Table::get('methods')[$method];
        $body = Encoder::body($function, $data, $request);
        $settings = null;
        $failure = null;
        try {
            $settings = Settings::load();
            $settings->requireKeys();
        } catch (Failure $failure) {
        }
        $report = new Report($noun, Subject::id($noun, $data, $request, $settings), false, $function);
        if ($failure !== null) {
            return $report->failed($failure, null);
        }
        return self::send($method, $settings, $body, $report, $data, $request);
    }

    /** @param \Closure $settings returns the settings of the client */
    public static function ofClient($method, array $data, array $request, \Closure $settings)
    {
        $noun = Table::get('methods')[$method][1];
        $body = Encoder::body("Spread\\Client::$method", $data, $request);
        $settings = $settings();
        $report = new Report($noun, Subject::id($noun, $data, $request, $settings), true);
        return self::send($method, $settings, $body, $report, $data, $request);
    }

    private static function send($method, Settings $settings, $body, Report $report, array $data, array $request)
    {
        $brokenRule = null;
        try {
            $begun = microtime(true);
            $url = $settings->endpoint->ofMethod($method);
            if ($url === null) {
                throw Failure::configuration(
                    "{subject} was not sent: spread.endpoint must end in updateOrder, from which the URL of $method is made"
                );
            }
            $isLater = $settings->delivery === 'after_response' && AfterResponse::isInRequest();
            if ($settings->hasOutbox) {
                $report->notice(($isLater ? 'is' : 'was') . ' sent without the outbox: ' . Outbox::REASON);
            }
            $postponed = new Postponed($settings, $url, $body, $report);
            if ($isLater) {
                $postponed->brokenRule = Rules::firstError($method, $data, $request);
                AfterResponse::postpone($postponed);
                $value = true;
            } else {
                AfterResponse::sendBefore($postponed);
                $exchange = new Exchange($settings, $url);
                $value = Answer::decode($exchange->send($body, $settings->timeout - (microtime(true) - $begun)));
            }
        } catch (Failure $failure) {
            if ($failure->mayBeTheOrders) {
                $brokenRule = Rules::firstError($method, $data, $request);
            }
            return $report->failed($failure, $brokenRule);
        }
        Report::$lastError = null;
        return $value;
    }
}
