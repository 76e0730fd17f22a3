<?php

namespace Spread\Polyfill;

/** A Digest challenge that can be answered, RFC 7616, and how often it was. */
final class Digest
{
    public $isStale;
    public $uses = 0;
    private $parameters;
    private $hash;
    private $isSession;
    private $qop;
    private $cnonce;

    /** @return self|null */
    public static function of(array $parameters)
    {
        $algorithm = isset($parameters['algorithm']) ? Text::lower($parameters['algorithm']) : 'md5';
        $hashes = ['md5' => 'md5', 'md5-sess' => 'md5', 'sha-256' => 'sha256', 'sha-256-sess' => 'sha256'];
        $digest = new self();
        $digest->isSession = substr($algorithm, -5) === '-sess';
        $offered = array_map('trim', explode(',', Text::lower(isset($parameters['qop']) ? $parameters['qop'] : '')));
        $usable = array_values(array_intersect(['auth', 'auth-int'], $offered));
        $digest->qop = $usable === [] ? null : $usable[0];
        if (!isset($hashes[$algorithm], $parameters['nonce']) || ($digest->isSession && $digest->qop === null)) {
            return null;
        }
        $digest->hash = $hashes[$algorithm];
        $digest->isStale = self::flag($parameters, 'stale');
        $digest->parameters = $parameters + ['realm' => ''];
        $digest->cnonce = bin2hex(self::entropy());
        return $digest;
    }

    /** The value of Authorization for one more request. */
    public function respond($user, $password, $method, $uri)
    {
        $this->uses++;
        $count = sprintf('%08x', $this->uses);
        $realm = $this->parameters['realm'];
        $nonce = $this->parameters['nonce'];
        $a1 = $this->hash([$user, $realm, $password]);
        if ($this->isSession) {
            $a1 = $this->hash([$a1, $nonce, $this->cnonce]);
        }
        $a2 = $this->hash($this->qop === 'auth-int' ? [$method, $uri, $this->hash([''])] : [$method, $uri]);

        $hidesUser = self::flag($this->parameters, 'userhash');
        if ($hidesUser) {
            $fields = ['username="' . $this->hash([$user, $realm]) . '"'];
        } else {
            $fields = [self::quoted('username', $user)];
        }
        $fields[] = self::quoted('realm', $realm);
        $fields[] = self::quoted('nonce', $nonce);
        $fields[] = self::quoted('uri', $uri);
        if ($this->qop === null) {
            $response = $this->hash([$a1, $nonce, $a2]);
        } else {
            array_push($fields, "cnonce=\"$this->cnonce\"", "nc=$count", "qop=$this->qop");
            $response = $this->hash([$a1, $nonce, $count, $this->cnonce, $this->qop, $a2]);
        }
        $fields[] = "response=\"$response\"";
        if (isset($this->parameters['opaque'])) {
            $fields[] = self::quoted('opaque', $this->parameters['opaque']);
        }
        if (isset($this->parameters['algorithm'])) {
            $fields[] = "algorithm={$this->parameters['algorithm']}";
        }
        if ($hidesUser) {
            $fields[] = 'userhash=true';
        }
        return 'Digest ' . implode(', ', $fields);
    }

    private function hash(array $parts)
    {
        return hash($this->hash, implode(':', $parts));
    }

    private static function quoted($name, $value)
    {
        return "$name=\"" . strtr($value, ['"' => '\\"', '\\' => '\\\\']) . '"';
    }

    private static function flag(array $parameters, $name)
    {
        return isset($parameters[$name]) && Text::lower($parameters[$name]) === 'true';
    }

    private static function entropy()
    {
        if (function_exists('random_bytes')) {
            return random_bytes(16);
        }
        return function_exists('openssl_random_pseudo_bytes') ? openssl_random_pseudo_bytes(16) : md5(uniqid(mt_rand(), true), true);
    }
}
