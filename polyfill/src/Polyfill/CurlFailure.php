<?php

namespace Spread\Polyfill;

/** libcurl's errors as failures. */
final class CurlFailure
{
    // Of PHP's constants some have no name in PHP 5.6, and others have several.
    const COULDNT_RESOLVE_PROXY = 5;
    const COULDNT_RESOLVE_HOST = 6;
    const COULDNT_CONNECT = 7;
    const OUT_OF_MEMORY = 27;
    const OPERATION_TIMEDOUT = 28;
    const SSL_CONNECT_ERROR = 35;
    const PEER_FAILED_VERIFICATION = 51;
    const SSL_CACERT = 60;
    const SSL_CACERT_BADFILE = 77;
    const SSL_ISSUER_ERROR = 83;
    const PROXY = 97;
    const TOO_LARGE = 100;

    /** The result of OpenSSL's verification -> what the server presents. */
    private static $verification = [
        9 => 'presents a certificate that is not valid yet; check this machine\'s clock',
        10 => 'presents an expired certificate; renew it on the server, or correct this machine\'s clock',
        23 => 'presents a revoked certificate; replace it on the server',
    ];

    /**
     * @param resource|\CurlHandle $handle
     * @param string|null $proxy
     * @param bool $connectLimitIsFirst whether spread.connect_timeout ends before spread.timeout
     */
    public static function of($handle, Settings $settings, Url $url, Response $response, $proxy, $connectLimitIsFirst)
    {
        $number = curl_errno($handle);
        $text = curl_error($handle);
        $isConnected = curl_getinfo($handle, CURLINFO_PRETRANSFER_TIME) > 0;
        if ($response->tooLarge === 'body') {
            return self::tooLarge($response->status, 'a body of more than 8 MiB');
        }
        $isLibcurlsBound = in_array($number, [self::OUT_OF_MEMORY, self::TOO_LARGE], true);
        if ($isLibcurlsBound || $response->tooLarge === 'head' || stripos($text, 'response headers') !== false) {
            return self::tooLarge($response->status, 'more than 256 KiB or ' . Response::HEAD_LINES_LIMIT . ' lines of headers');
        }
        if ($number === self::OPERATION_TIMEDOUT) {
            return $connectLimitIsFirst && !$isConnected ? self::connectTimeout($settings, $url, $proxy) : self::timeout($settings);
        }
        if ($isConnected && in_array($number, [1, 8], true)) {
            return self::notHttp($url);
        }
        if ($isConnected && !in_array($number, [self::COULDNT_RESOLVE_HOST, self::COULDNT_CONNECT], true)) {
            return self::lost($url, $text);
        }
        $tls = self::ofTls($handle, $number, $text, $settings);
        if ($tls !== null) {
            return Failure::connection("{subject} did not reach SPREAD: {$url->authority()} $tls");
        }
        if ($number === self::SSL_CACERT_BADFILE) {
            return self::caFile($settings, 'which holds no CA certificate');
        }
        if ($proxy !== null) {
            return Failure::connection(
                "{subject} did not reach SPREAD: no connection through the proxy $proxy (" . self::proxyReason($number, $text)
                . "); check spread.proxy, or the environment's proxy when that is empty"
            );
        }
        if ($number === self::COULDNT_RESOLVE_HOST) {
            return Failure::connection(
                "{subject} did not reach SPREAD: the host name $url->host has no address; check spread.endpoint and"
                . " this machine's DNS"
            );
        }
        return Failure::connection(
            "{subject} did not reach SPREAD: no connection to {$url->authority()} (" . self::connectReason($text)
            . "); check spread.endpoint and this machine's network"
        );
    }

    public static function timeout(Settings $settings)
    {
        return Failure::timeout(
            'no complete response for {subject} within ' . Text::number($settings->timeout)
            . ' s (spread.timeout); SPREAD may have received it, and sending it again is safe'
        );
    }

    public static function notHttp(Url $url)
    {
        return Failure::connection(
            "{$url->authority()} did not answer {subject} in HTTP; check that spread.endpoint names SPREAD's API"
        );
    }

    /** @throws Failure when the CA file cannot be used */
    public static function checkCaFile(Settings $settings)
    {
        // @ is for open_basedir.
        $isReadable = @is_file($settings->caFile) && @is_readable($settings->caFile);
        $pem = $isReadable ? @file_get_contents($settings->caFile) : false;
        if ($pem === false) {
            throw self::caFile($settings, 'which cannot be read');
        }
        if (strpos($pem, '-----BEGIN ') === false) {
            throw self::caFile($settings, 'which holds no CA certificate');
        }
    }

    private static function caFile(Settings $settings, $reason)
    {
        if ($settings->caFile === '') {
            return Failure::configuration(
                '{subject} was not sent: this system has no CA certificates; install the package ca-certificates, or set'
                . ' spread.ca_file'
            );
        }
        return Failure::configuration(
            "{subject} was not sent: $settings->caFileSetting names " . Text::oneLine($settings->caFile, 256)
            . ", $reason; it must be a readable file of PEM certificates"
        );
    }

    private static function tooLarge($status, $what)
    {
        return Failure::response($status, "SPREAD answered {subject} with $what; check that spread.endpoint names SPREAD's API");
    }

    private static function connectTimeout(Settings $settings, Url $url, $proxy)
    {
        $to = $url->authority() . ($proxy === null ? '' : " through the proxy $proxy (spread.proxy)");
        return Failure::timeout(
            "{subject} did not reach SPREAD: no connection to $to within " . Text::number($settings->connectTimeout)
            . " s (spread.connect_timeout); check spread.endpoint and this machine's network and DNS"
        );
    }

    public static function lost(Url $url, $text)
    {
        $reason = stripos($text, 'reset') !== false ? 'reset by the server' : 'closed by the server';
        return Failure::connection(
            "the connection to {$url->authority()} ended before the response for {subject} was complete ($reason);"
            . ' SPREAD may have received it, and sending it again is safe'
        );
    }

    private static function connectReason($text)
    {
        foreach (['refused', 'reset', 'unreachable', 'no route'] as $word) {
            if (stripos($text, $word) !== false) {
                $reasons = ['refused' => 'connection refused', 'reset' => 'reset by the server'];
                return isset($reasons[$word]) ? $reasons[$word] : 'host unreachable';
            }
        }
        // Older versions of libcurl only say that it failed.
        return preg_match('/closed|syscall|EOF/i', $text) ? 'closed by the server' : 'connection refused';
    }

    private static function proxyReason($number, $text)
    {
        if ($number === self::COULDNT_RESOLVE_PROXY) {
            return 'its name has no address';
        }
        if (preg_match('/ (40[17]) .*CONNECT|response 40([17])/', $text)) {
            return 'it refuses the user or password: HTTP 407';
        }
        if ($number === self::COULDNT_CONNECT && stripos($text, 'tunnel') === false) {
            return self::connectReason($text);
        }
        return preg_match('/CONNECT|tunnel/i', $text) ? 'it refuses the tunnel' : 'it does not speak the protocol';
    }

    /** @return string|null what the server did, when the TLS handshake failed */
    private static function ofTls($handle, $number, $text, Settings $settings)
    {
        $isOfCertificate = in_array($number, [self::PEER_FAILED_VERIFICATION, self::SSL_CACERT, self::SSL_ISSUER_ERROR], true);
        if (!$isOfCertificate && $number !== self::SSL_CONNECT_ERROR) {
            return null;
        }
        if ($isOfCertificate) {
            $result = curl_getinfo($handle, CURLINFO_SSL_VERIFYRESULT);
            if (isset(self::$verification[$result])) {
                return self::$verification[$result];
            }
            if (preg_match('/subject name|not match|hostname/i', $text)) {
                return 'presents a certificate for another host name; check the host in spread.endpoint';
            }
            return 'presents a certificate from an unknown authority; if the authority is yours, set spread.ca_file'
                . ' to its CA certificate';
        }
        if (preg_match('/wrong version number|http request|unknown protocol|packet length|record layer/i', $text)) {
            return 'does not speak TLS; check the port and the https:// of spread.endpoint';
        }
        if (preg_match('/unsupported protocol|protocol version/i', $text)) {
            return "offers no TLS 1.2 or later; update the server's TLS";
        }
        if (preg_match('/handshake failure|no cipher|no shared cipher/i', $text)) {
            return 'has no cipher suite, key exchange or signature in common with this client; enable ECDHE (X25519,'
                . ' P-256 or P-384) with AES-GCM or ChaCha20-Poly1305 on the server';
        }
        return 'failed the TLS handshake';
    }
}
