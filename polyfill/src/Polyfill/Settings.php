<?php

namespace Spread\Polyfill;

/**
 * The settings of a call. Each comes from the first that has it: an option of the client, a constant
 * (SPREAD_TIMEOUT), php.ini and PHP's command line (spread.timeout), the environment (SPREAD_TIMEOUT), the
 * default. ini_set() only knows the settings of extensions.
 */
final class Settings
{
    public $endpoint;
    public $publicKey;
    public $privateKey;
    public $connectTimeout;
    public $timeout;
    public $auth;
    public $maxRedirects;
    public $caFile;
    public $caFileSetting;
    public $proxy;
    public $delivery;
    public $hasOutbox;

    /**
     * @param string[] $given options of a client and its two keys, by name
     * @throws Failure for the first setting that does not parse
     */
    public static function load(array $given = [])
    {
        $settings = new self();
        $settings->endpoint = self::value('endpoint', $given);
        $settings->publicKey = self::value('public_key', $given);
        $settings->privateKey = self::value('private_key', $given);
        $settings->connectTimeout = self::value('connect_timeout', $given);
        $settings->timeout = self::value('timeout', $given);
        $settings->auth = self::value('auth', $given);
        $settings->maxRedirects = self::value('max_redirects', $given);
        $settings->caFile = self::value('ca_file', $given);
        $settings->caFileSetting = 'spread.ca_file';
        foreach (['openssl.cafile', 'curl.cainfo'] as $entry) {
            if ($settings->caFile === '') {
                $settings->caFile = (string) ini_get($entry);
                $settings->caFileSetting = $entry;
            }
        }
        $settings->proxy = self::value('proxy', $given);
        self::value('error_mode');
        self::value('log_failures');
        $settings->hasOutbox = self::text('outbox', $given) !== '';
        $settings->delivery = self::value('delivery', $given);
        if ($settings->delivery === 'deferred' && !$settings->hasOutbox) {
            throw Failure::setting('spread.delivery', 'direct or after_response while spread.outbox is empty');
        }
        self::value('circuit_breaker', $given);
        return $settings;
    }

    /** @throws Failure when a key is missing */
    public function requireKeys()
    {
        if ($this->publicKey === '' || $this->privateKey === '') {
            throw Failure::configuration(
                '{subject} was not sent: there are no API keys; set spread.public_key and spread.private_key,'
                . ' or SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY in the environment'
            );
        }
    }

    /** @throws Failure when it does not parse */
    public static function value($name, array $given = [])
    {
        $parsed = Parsers::parse($name, self::text($name, $given, $source));
        if ($parsed instanceof Invalid) {
            throw Failure::setting($source, $parsed->expected);
        }
        return $parsed;
    }

    /** The text of a setting, and how messages call where it comes from. */
    public static function text($name, array $given = [], &$source = null)
    {
        $source = "spread.$name";
        if (isset($given[$name])) {
            return $given[$name];
        }
        $variable = 'SPREAD_' . strtoupper($name);
        if (defined($variable)) {
            // true and false are texts of a switch: 1 and nothing.
            return (string) constant($variable);
        }
        $isKey = $name === 'public_key' || $name === 'private_key';
        $text = get_cfg_var("spread.$name");
        if ($text !== false && !($isKey && $text === '')) {
            return $text;
        }
        $text = getenv($variable);
        if ($text === false) {
            $defaults = Table::get('settings');
            return $defaults[$name][0];
        }
        if ($isKey) {
            $source = "the environment's $variable";
        }
        return $text;
    }

    /** The keys stay out of dumps. */
    public function __debugInfo()
    {
        return [];
    }
}
