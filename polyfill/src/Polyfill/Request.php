<?php

namespace Spread\Polyfill;

/** One request and its response, by php-curl. Decides nothing: see Exchange. */
final class Request
{
    /** CURL_VERSION_ASYNCHDNS, which PHP has since 7.3. */
    const ASYNCHDNS = 128;

    /**
     * @param resource|\CurlHandle $handle of this call: it keeps the connection for the next round
     * @param string[] $headers additional ones
     * @param string|null $basic user and password
     * @param float $deadline of microtime()
     * @throws Failure when there is no complete response
     */
    public static function send($handle, Settings $settings, Url $url, $body, array $headers, $basic, $deadline)
    {
        $left = $deadline - microtime(true);
        if ($left <= 0) {
            throw CurlFailure::timeout($settings);
        }
        $proxy = Proxy::of($settings, $url);
        $connectLimit = min($settings->connectTimeout, $left);
        $response = new Response();
        curl_reset($handle);
        $isSet = curl_setopt_array($handle, [
            CURLOPT_URL => (string) $url,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_1_1,
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            // No wait for a permission to send a large body.
            CURLOPT_HTTPHEADER => array_merge(['Expect:'], $headers),
            CURLOPT_USERAGENT => 'spread-php/' . Table::get('version') . ' PHP/' . PHP_VERSION,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_TIMEOUT_MS => max(1, (int) ceil($left * 1000)),
            CURLOPT_CONNECTTIMEOUT_MS => max(1, (int) ceil($connectLimit * 1000)),
            // Without a resolver of its own libcurl would use signals, and whole seconds.
            CURLOPT_NOSIGNAL => !(curl_version()['features'] & self::ASYNCHDNS),
            CURLOPT_SSL_VERIFYPEER => true,
            CURLOPT_SSL_VERIFYHOST => 2,
            CURLOPT_SSLVERSION => CURL_SSLVERSION_TLSv1_2,
            CURLOPT_HEADERFUNCTION => static function ($handle, $line) use ($response) {
                return $response->readLine($line);
            },
            CURLOPT_WRITEFUNCTION => static function ($handle, $chunk) use ($response) {
                return $response->readBody($chunk);
            },
        ]);
        if ($basic !== null) {
            curl_setopt($handle, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
            curl_setopt($handle, CURLOPT_USERPWD, $basic);
        }
        if ($settings->proxy !== '') {
            curl_setopt($handle, CURLOPT_PROXY, $settings->proxy);
            curl_setopt($handle, CURLOPT_PROXYAUTH, CURLAUTH_BASIC);
        }
        if ($url->isSecure() && $settings->caFile !== '') {
            CurlFailure::checkCaFile($settings);
            curl_setopt($handle, CURLOPT_CAINFO, $settings->caFile);
        }
        if ($isSet && curl_exec($handle) !== false) {
            $response->redirect = (string) curl_getinfo($handle, CURLINFO_REDIRECT_URL);
        } else {
            $response->failure = CurlFailure::of($handle, $settings, $url, $response, $proxy, $connectLimit < $left);
            $response->redirect = $response->redirectOf($url);
        }
        if ($response->failure !== null && !$response->isOfRound()) {
            throw $response->failure;
        }
        if (!$response->isHeadWhole) {
            throw $response->status === 0 ? CurlFailure::notHttp($url) : CurlFailure::lost($url, '');
        }
        return $response;
    }
}
