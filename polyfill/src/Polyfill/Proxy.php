<?php

namespace Spread\Polyfill;

/** The proxy of a request. libcurl chooses it; messages name it. */
final class Proxy
{
    const EXPECTED = 'a proxy such as http://proxy.example:3128 (http, https, socks4, socks4a, socks5 or socks5h),'
        . ' with special characters of a user and password percent-encoded';

    /** @return string|null host and port */
    public static function parse($text)
    {
        $user = '(?:[^\x00-\x20\x7f/?#@:]*(?::[^\x00-\x20\x7f/?#@]*)?@)?';
        $host = '([A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])';
        $scheme = '(?:(https?|socks[45]?|socks4a|socks5h):/{1,3})?';
        if (!preg_match("%^$scheme$user$host(?::([0-9]{1,5}))?(?:[/?#][^\\x00-\\x20\\x7f]*)?\$%iD", $text, $parts)) {
            return null;
        }
        $port = isset($parts[3]) && $parts[3] !== '' ? (int) $parts[3] : (Text::lower($parts[1]) === 'https' ? 443 : 1080);
        $hasControl = preg_match('/%(?:[01][0-9a-f]|7f)[^@]*@/i', $text);
        return $port <= 65535 && !$hasControl ? Text::lower($parts[2]) . ":$port" : null;
    }

    /**
     * Host and port of the proxy that libcurl uses for a URL; null when it uses none.
     *
     * @throws Failure when it cannot be used: going without it would show the order to another network
     */
    public static function of(Settings $settings, Url $url)
    {
        // HTTP_PROXY is none: under CGI a visitor sets it, with a header `Proxy:`.
        $variables = $url->isSecure() ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy'];
        list($name, $proxy) = $settings->proxy !== ''
            ? ['spread.proxy', $settings->proxy]
            : self::variable(array_merge($variables, ['all_proxy', 'ALL_PROXY']));
        if ($proxy === '') {
            return null;
        }
        list(, $exceptions) = self::variable(['no_proxy', 'NO_PROXY']);
        foreach (preg_split('/[\s,]+/', $exceptions) as $host) {
            $host = Text::lower(trim($host, '.'));
            if ($host === '*' || ($host !== '' && substr('.' . Text::lower($url->host), -strlen($host) - 1) === ".$host")) {
                return null;
            }
        }
        $parsed = self::parse($proxy);
        if ($parsed === null) {
            throw Failure::setting($name, self::EXPECTED);
        }
        return $parsed;
    }

    /** @return string[] the first that is set, as messages name it, and its value */
    private static function variable(array $names)
    {
        foreach ($names as $name) {
            if ((string) getenv($name) !== '') {
                return ["the environment's $name", getenv($name)];
            }
        }
        return ['', ''];
    }
}
