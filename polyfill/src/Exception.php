<?php

namespace Spread;

/** See stubs/spread.php. */
class Exception extends \RuntimeException
{
    private $response = null;
    private $retryable = false;
    private $retryAfter = null;

    public function getResponse()
    {
        return $this->response;
    }

    public function isRetryable()
    {
        return $this->retryable;
    }

    public function getRetryAfter()
    {
        return $this->retryAfter;
    }
}
