<?php

namespace Spread\Polyfill;

/**
 * An http or https URL in its parts. What is sent is put together from them again, so that libcurl cannot
 * read another host in a URL than this class.
 */
final class Url
{
    public $scheme;
    public $host;
    public $port;
    /** Path and query. */
    public $target;

    /** @return self|null a user and password in it are dropped, and so is a fragment */
    public static function parse($text)
    {
        $host = '[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\]';
        if (!preg_match("%^(https?)://(?:[^/?#\\\\@]*@)?($host)(?::([0-9]{0,5}))?((?:[/?][^#]*)?)(?:#.*)?\$%isD", $text, $parts)) {
            return null;
        }
        $url = new self();
        $url->scheme = Text::lower($parts[1]);
        $url->host = $parts[2];
        $url->port = $parts[3] === '' ? ($url->scheme === 'https' ? 443 : 80) : (int) $parts[3];
        $target = isset($parts[4][0]) && $parts[4][0] === '/' ? $parts[4] : "/$parts[4]";
        $url->target = preg_replace_callback('/[^\x21-\x7e]/', static function ($byte) {
            return '%' . bin2hex($byte[0]);
        }, $target);
        return $url->port <= 65535 ? $url : null;
    }

    public static function hasUser($text)
    {
        return (bool) preg_match('~^https?://[^/?#\\\\]*@~i', $text);
    }

    /** The same with the last segment of its path exchanged, in its letter case; null when that is another one. */
    public function ofMethod($method)
    {
        if ($method === 'updateOrder') {
            return $this;
        }
        if (!preg_match('~^([^?]*/)(updateOrder)(\?.*)?$~isD', $this->target, $parts)) {
            return null;
        }
        $url = clone $this;
        $url->target = $parts[1] . ($parts[2][0] === 'U' ? ucfirst($method) : $method) . (isset($parts[3]) ? $parts[3] : '');
        return $url;
    }

    public function isSecure()
    {
        return $this->scheme === 'https';
    }

    /** Host and port, as messages name a server. */
    public function authority()
    {
        return Text::lower($this->host) . ":$this->port";
    }

    public function origin()
    {
        return "$this->scheme://{$this->authority()}";
    }

    public function __toString()
    {
        $port = $this->port === ($this->isSecure() ? 443 : 80) ? '' : ":$this->port";
        return "$this->scheme://$this->host$port$this->target";
    }
}
