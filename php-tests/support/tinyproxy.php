<?php
/*
 * A proxy for the tests: tinyproxy on a free port of 127.0.0.1. It ends with the test.
 *
 *     $proxy = new Tinyproxy('BasicAuth shop s3cret');
 *     configure(proxy: $proxy->url('shop:s3cret@'));
 *     … calls …
 *     $proxy->requests();    ['POST http://127.0.0.1:4711/api', 'CONNECT 127.0.0.1:4712']
 *
 * scripts/setup installs the package without a service.
 */
declare(strict_types=1);

const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'];

/** Sets these proxy variables and unsets the others, for this process and its libcurl. */
function proxy_environment(string ...$variables): void
{
    foreach (PROXY_VARIABLES as $name) {
        putenv($name);
    }
    foreach ($variables as $name => $value) {
        putenv("$name=$value");
    }
}

/**
 * A handler that obeys `Connection: close`, as web servers do. tinyproxy sends it; if the server keeps
 * the connection, tinyproxy relays later requests unparsed, neither logging them nor removing its credentials.
 */
function closing_when_asked(Closure $handler): Closure
{
    return static fn (array $request): string => strcasecmp(header_value($request, 'Connection') ?? '', 'close') === 0
        ? preg_replace('/\r\n/', "\r\nConnection: close\r\n", $handler($request), 1)
        : $handler($request);
}

final class Tinyproxy
{
    public readonly int $port;
    private readonly string $log;
    private readonly Daemon $daemon;
    private int $seen = 0;

    /** @param string|int ...$lines of tinyproxy.conf; `port:` is the port, by default a free one */
    public function __construct(string|int ...$lines)
    {
        $root = new WebRoot();
        $this->port = $lines['port'] ?? free_port();
        unset($lines['port']);
        $this->log = "{$root->directory}/logs/tinyproxy.out";
        $configuration = $root->write('tinyproxy.conf', implode("\n", [
            "Port {$this->port}",
            'Listen 127.0.0.1',
            'Allow 127.0.0.1',
            'Timeout 30',
            'MaxClients 20',
            'ViaProxyName "test"',
            'LogLevel Connect',
            ...array_values($lines),
        ]) . "\n");
        $this->daemon = new Daemon([program('tinyproxy'), '-d', '-c', $configuration], "tcp://127.0.0.1:{$this->port}", $root);
    }

    public function url(string $credentials = '', string $scheme = 'http://'): string
    {
        return "$scheme{$credentials}127.0.0.1:{$this->port}";
    }

    /** The request lines since the last call, without the HTTP version, including refused ones. */
    public function requests(): array
    {
        preg_match_all('~Request \(file descriptor \d+\): (\S+ \S+) HTTP/~', file_get_contents($this->log), $found);
        $new = array_slice($found[1], $this->seen);
        $this->seen = count($found[1]);
        return $new;
    }

    public function stop(): void
    {
        $this->daemon->stop();
    }
}
