<?php

namespace Spread\Polyfill;

/** How the failure of a call about one order or account is reported. */
final class Report
{
    /** @var \Spread\Exception|null what spread_last_error() returns */
    public static $lastError = null;

    /** The warning of the call that has just failed. */
    private static $warning = null;

    private $noun;
    private $id;
    private $throws;
    private $function;

    /** @param string $function of a warning */
    public function __construct($noun, $id, $throws, $function = '')
    {
        $this->noun = $noun;
        $this->id = $id;
        $this->throws = $throws;
        $this->function = $function;
    }

    /** "order 0000001", or "the order" when it has no usable id. */
    public function name()
    {
        $id = Text::oneLine($this->id, 64);
        return $id === '' ? "the $this->noun" : "$this->noun $id";
    }

    /**
     * Reports a failure as spread.error_mode says.
     *
     * @return bool false, the value of the call
     * @throws \Spread\Exception
     */
    public function failed(Failure $failure, $brokenRule)
    {
        $sentence = $failure->sentence($this->name(), $this->noun, $brokenRule);
        $exception = $this->exception($failure, $sentence);
        self::$lastError = $exception;
        $this->log($sentence);
        $mode = $this->throws ? 'exception' : $this->mode();
        if ($mode === 'exception') {
            throw $exception;
        }
        if ($mode === 'warning') {
            self::$warning = "$this->function(): $sentence";
        }
        return false;
    }

    /**
     * Raises the warning of a call, if there is one, and returns the call's value. Not where the call failed:
     * error handlers look at the arguments of the functions that are running, and those hold the order.
     */
    public static function raise($value)
    {
        if (self::$warning !== null) {
            list($warning, $error) = [self::$warning, self::$lastError];
            self::$warning = null;
            trigger_error($warning, E_USER_WARNING);
            // An error handler may have made calls.
            self::$lastError = $error;
        }
        return $value;
    }

    /** Logs a failure that comes when the call has returned. */
    public function failedLater(Failure $failure, $brokenRule)
    {
        $this->log($failure->sentence($this->name(), $this->noun, $brokenRule));
    }

    /** Logs something about the order or account. */
    public function notice($text)
    {
        $this->log($this->name() . " $text");
    }

    private function log($line)
    {
        try {
            $isOn = Settings::value('log_failures');
        } catch (Failure $failure) {
            $isOn = true;
        }
        if ($isOn) {
            Log::write("spread: $line");
        }
    }

    private function mode()
    {
        try {
            return Settings::value('error_mode');
        } catch (Failure $failure) {
            return 'silent';
        }
    }

    private function exception(Failure $failure, $sentence)
    {
        $class = "Spread\\{$failure->class}Exception";
        $exception = new $class($sentence, $failure->status);
        $fill = \Closure::bind(static function ($exception) use ($failure) {
            $exception->response = $failure->body === null ? null : Answer::ofRefusal($failure->body);
            $exception->retryable = $failure->retryable;
            $exception->retryAfter = $failure->retryAfter;
        }, null, 'Spread\Exception');
        $fill($exception);
        return Caller::place($exception);
    }
}
