<?php

namespace Spread\Polyfill;

/**
 * The last challenge of one origin for one key pair, and what answers it. libcurl does not do it, because a
 * Digest that it is asked for starts with an empty order, and its versions differ in what they understand.
 */
final class AuthState
{
    const REFUSED = 'refused';
    const AGAIN = 'again';

    /** More origins than any shop has. */
    const LIMIT = 16;

    /** Names that may stand in a message: a server's own words are not repeated. */
    private static $wellKnown = ['Basic', 'Bearer', 'Digest', 'DPoP', 'Negotiate', 'NTLM', 'OAuth'];

    /** @var self[] */
    private static $states = [];

    /** @var string|null the scheme that the last request carried */
    public $sent = null;
    /** @var Digest|bool|null true: Basic */
    private $challengedBy = null;
    private $isRenewed = false;

    /** The state of this process for an origin: two processes must not count the same nonce. */
    public static function of(Settings $settings, Url $url)
    {
        $key = implode("\0", [getmypid(), $url->origin(), $settings->publicKey, $settings->privateKey, $settings->proxy]);
        if (!isset(self::$states[$key])) {
            self::$states = array_slice(self::$states, 1 - self::LIMIT, null, true);
            self::$states[$key] = new self();
        }
        return self::$states[$key];
    }

    /** @return string|null the credentials of the next request: "Basic", or the value of a Digest header */
    public function credentials(Settings $settings, Url $url)
    {
        $policy = $settings->auth;
        $this->sent = null;
        if ($this->challengedBy instanceof Digest && $policy !== 'basic') {
            $this->sent = 'Digest';
            return $this->challengedBy->respond($settings->publicKey, $settings->privateKey, 'POST', $url->target);
        }
        $isAsked = $this->challengedBy === true && $policy !== 'digest';
        if ($isAsked || ($url->isSecure() && ($policy === 'auto' || $policy === 'basic'))) {
            $this->sent = 'Basic';
        }
        return $this->sent;
    }

    /**
     * What follows a 401.
     *
     * @param string[] $values of WWW-Authenticate
     * @return string|string[] AGAIN, REFUSED, or the schemes on offer, of which none can be used
     */
    public function challenged($policy, array $values)
    {
        $offered = [];
        $new = null;
        foreach (Challenges::parse($values) as $challenge) {
            foreach (self::$wellKnown as $name) {
                if (strcasecmp($name, $challenge[0]) === 0 && !in_array($name, $offered, true)) {
                    $offered[] = $name;
                }
            }
            if ($new === null && $policy !== 'basic' && strcasecmp($challenge[0], 'Digest') === 0) {
                $new = Digest::of($challenge[1]);
            }
        }
        $isRenewed = false;
        if ($this->sent === 'Digest' && $this->challengedBy instanceof Digest && $this->challengedBy->uses <= 1) {
            $isRenewed = $new !== null && $new->isStale;
            if (!$isRenewed || $this->isRenewed) {
                return self::REFUSED;
            }
        }
        if ($new !== null) {
            $this->challengedBy = $new;
            $this->isRenewed = $isRenewed;
            return self::AGAIN;
        }
        if ($this->sent !== 'Basic' && in_array('Basic', $offered, true) && $policy !== 'digest') {
            $this->challengedBy = true;
            return self::AGAIN;
        }
        return $offered === [] || in_array($this->sent, $offered, true) ? self::REFUSED : $offered;
    }
}
