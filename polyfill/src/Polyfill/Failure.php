<?php

namespace Spread\Polyfill;

/**
 * A failed call, before it is known what it is reported as. The message is the extension's (its
 * crates/client/src/error/sentence.rs), with {subject} for the order or account and {noun} for its kind.
 */
final class Failure extends \Exception
{
    /** The class of the exception that the shop sees, without namespace and "Exception". */
    public $class;
    public $status = 0;
    public $retryable = false;
    public $retryAfter = null;
    /** The body of a refusal. */
    public $body = null;
    /** Whether the order itself may be why SPREAD refused it. */
    public $mayBeTheOrders = false;

    public static function configuration($message)
    {
        return new self('Configuration', $message);
    }

    public static function setting($name, $expected)
    {
        return self::configuration("{subject} was not sent: $name must be $expected");
    }

    public static function connection($message)
    {
        return self::retryable('Connection', $message);
    }

    public static function redirect(Url $from, $words)
    {
        return self::connection("{subject} was not delivered: {$from->authority()} $words; check spread.endpoint");
    }

    public static function timeout($message)
    {
        return self::retryable('Timeout', $message);
    }

    public static function response($status, $message)
    {
        $failure = new self('Response', $message);
        $failure->status = $status;
        $failure->retryable = self::isTemporary($status);
        return $failure;
    }

    /** @param string[] $schemes those of a 401 by which it could not be answered */
    public static function refusal(Response $response, array $schemes)
    {
        $status = $response->status;
        $retryAfter = $response->retryAfter();
        if ($status === 401) {
            $advice = $schemes === []
                ? 'check spread.public_key and spread.private_key'
                : 'it asks for keys by ' . implode(' or ', $schemes) . ' only; check spread.endpoint and spread.auth';
        } elseif ($status === 403) {
            $advice = 'check that these API keys may report {noun}s';
        } elseif ($status === 404 || $status === 405 || ($status >= 300 && $status < 400)) {
            $advice = 'check spread.endpoint';
        } elseif (self::isTemporary($status)) {
            $advice = 'send it again ' . ($retryAfter === null ? 'later' : 'in ' . Text::number(ceil($retryAfter)) . ' s');
        } else {
            $advice = "check the {noun}'s fields";
        }
        $reason = Reasons::of($status);
        $failure = self::response($status, "SPREAD refused {subject}: HTTP $status" . ($reason === '' ? '' : " $reason") . "; $advice");
        $failure->class = $status === 401 || $status === 403 ? 'Authentication' : 'Response';
        $failure->retryAfter = $retryAfter;
        $failure->body = $response->body;
        $failure->mayBeTheOrders = $status >= 400 && $status < 500
            && !in_array($status, [401, 403, 404, 405, 408, 425, 429], true);
        return $failure;
    }

    /** The message, when it is about this order or account. */
    public function sentence($subject, $noun, $brokenRule)
    {
        $sentence = $this->getMessage();
        if ($brokenRule !== null) {
            $sentence = str_replace("check the {noun}'s fields", $brokenRule, $sentence);
        }
        return strtr($sentence, ['{subject}' => $subject, '{noun}' => $noun]);
    }

    private static function retryable($class, $message)
    {
        $failure = new self($class, $message);
        $failure->retryable = true;
        return $failure;
    }

    private static function isTemporary($status)
    {
        return $status === 408 || $status === 425 || $status === 429 || ($status >= 500 && $status < 600);
    }

    public function __construct($class, $message)
    {
        parent::__construct($message);
        $this->class = $class;
        // Its arguments would be keys, and keep connections open.
        Caller::set($this, ['trace' => []]);
    }
}
