<?php
/*
 * A scripted HTTP/1.1 server for the tests, on 127.0.0.1, with PHP streams and pcntl.
 *
 *     $server = serve(fn (array $request) => answer(200, ['Content-Type: application/json'], '{"ok":1}'));
 *     … calls to $server->url() …
 *     $server->requests();      the requests in sequence of arrival
 *     $server->connections();   the number of accepted connections
 *
 * serve() keeps connections alive and calls the handler for each request; the handler returns the raw
 * answer, or null when it writes to the connection itself. serve_connections() passes each accepted
 * connection to the handler, for servers that misbehave before, between or inside requests.
 *
 * A separate process accepts and forks once per connection: a handler may block. All processes watch a
 * socket that the test holds open: they end with the test, however it ends.
 */
declare(strict_types=1);

/** @param Closure(array $request, Connection $connection): ?string $handler */
function serve(Closure $handler, array $options = []): Server
{
    return serve_connections(static function (Connection $connection) use ($handler): void {
        while ($connection->isOpen() && ($request = $connection->request()) !== null) {
            $answer = $handler($request, $connection);
            if ($answer === null) {
                continue;
            }
            $connection->write($answer);
            if (stripos((string) strstr($answer, "\r\n\r\n", true), "\r\nConnection: close") !== false) {
                $connection->close();
            }
        }
    }, $options);
}

/**
 * Options: `tls` (ssl context options, see tls.php), `port` (0: a free one), `listener` (a socket from
 * listen() instead of a port: it belongs to the test and outlives the server), `log` (false: requests
 * are not recorded), `sequential` (true: one process serves one connection after the other, and a
 * handler keeps its variables between connections).
 *
 * @param Closure(Connection $connection): void $handler
 */
function serve_connections(Closure $handler, array $options = []): Server
{
    return new Server($handler, $options + ['tls' => null, 'port' => 0, 'listener' => null, 'log' => true, 'sequential' => false]);
}

/**
 * A socket that listens on 127.0.0.1, for servers that need each other's ports or reuse one port.
 *
 * @return resource
 */
function listen(int $port = 0)
{
    $listener = stream_socket_server(
        "tcp://127.0.0.1:$port",
        $errno,
        $error,
        STREAM_SERVER_BIND | STREAM_SERVER_LISTEN,
        stream_context_create(['socket' => ['backlog' => 128, 'tcp_nodelay' => true]]),
    );
    return $listener !== false ? $listener : throw new RuntimeException("cannot listen: $error");
}

/** @param resource $listener */
function port_of($listener): int
{
    return (int) substr(strrchr(stream_socket_get_name($listener, false), ':'), 1);
}

/** A port of 127.0.0.1 on which nothing listens at the moment. */
function free_port(): int
{
    $socket = stream_socket_server('tcp://127.0.0.1:0');
    return (int) substr(strrchr(stream_socket_get_name($socket, false), ':'), 1);
}

/** A complete answer. Headers are a list of lines; Content-Length is added unless it is given. */
function answer(int $status, array $headers = [], string $body = ''): string
{
    $reasons = [
        200 => 'OK', 201 => 'Created', 204 => 'No Content', 301 => 'Moved Permanently', 302 => 'Found',
        303 => 'See Other', 307 => 'Temporary Redirect', 308 => 'Permanent Redirect', 400 => 'Bad Request',
        401 => 'Unauthorized', 403 => 'Forbidden', 404 => 'Not Found', 408 => 'Request Timeout',
        422 => 'Unprocessable Content', 425 => 'Too Early', 429 => 'Too Many Requests',
        500 => 'Internal Server Error', 502 => 'Bad Gateway', 503 => 'Service Unavailable', 504 => 'Gateway Timeout',
    ];
    $framed = $status === 204 || preg_grep('/^(Content-Length|Transfer-Encoding):/i', $headers);
    if (!$framed) {
        $headers[] = 'Content-Length: ' . strlen($body);
    }
    return sprintf("HTTP/1.1 %d %s\r\n", $status, $reasons[$status] ?? 'Status')
        . implode('', array_map(static fn (string $line): string => "$line\r\n", $headers))
        . "\r\n" . $body;
}

function answer_json(mixed $value, int $status = 200): string
{
    return answer($status, ['Content-Type: application/json'], json_encode($value, JSON_THROW_ON_ERROR));
}

/** Every value of a request header, in sequence of arrival. */
function header_values(array $request, string $name): array
{
    $values = [];
    foreach ($request['headers'] as [$header, $value]) {
        if (strcasecmp($header, $name) === 0) {
            $values[] = $value;
        }
    }
    return $values;
}

function header_value(array $request, string $name): ?string
{
    return header_values($request, $name)[0] ?? null;
}

/** The key pair in an `Authorization: Basic` header, or null without one. */
function basic_credentials(array $request): ?string
{
    $sent = header_value($request, 'Authorization');
    return $sent !== null && str_starts_with($sent, 'Basic ') ? base64_decode(substr($sent, 6), true) : null;
}

/** Ends a forked process without running shutdown functions, destructors or output buffers of the test. */
function end_process(int $status = 0): never
{
    pcntl_exec('/bin/sh', ['-c', "exit $status"]);
    exit($status);
}

final class Server
{
    public readonly int $port;
    private readonly bool $tls;
    private readonly int $owner;
    private int $pid = 0;
    /** @var resource closing it ends every process of the server */
    private $leash;
    /** @var ?resource */
    private $log = null;

    public function __construct(Closure $handler, array $options)
    {
        $this->owner = getmypid();
        $this->tls = $options['tls'] !== null;
        $listener = $options['listener'] ?? listen($options['port']);
        $this->port = port_of($listener);

        $writer = null;
        if ($options['log']) {
            // Two handles to an unlinked file: nothing to clean up.
            $file = tempnam(sys_get_temp_dir(), 'spread-test-');
            $writer = fopen($file, 'a');
            $this->log = fopen($file, 'r');
            unlink($file);
        }

        [$this->leash, $collar] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
        $this->pid = pcntl_fork();
        if ($this->pid === 0) {
            fclose($this->leash);
            self::inChild(static fn () => self::accept($listener, $collar, $writer, $handler, $options));
        }
        if ($options['listener'] === null) {
            fclose($listener);
        }
        fclose($collar);
    }

    public function __destruct()
    {
        $this->stop();
    }

    public function url(string $path = '/api/updateOrder', string $host = '127.0.0.1'): string
    {
        return ($this->tls ? 'https' : 'http') . "://$host:{$this->port}$path";
    }

    /**
     * The requests in sequence of arrival: `connection` (1, 2, …), `method`, `path`,
     * `headers` (list of [name, value]), `head` (raw), `body`.
     */
    public function requests(): array
    {
        return $this->events('request');
    }

    /** The number of accepted connections, with or without requests. */
    public function connections(): int
    {
        return count($this->events('connection'));
    }

    /** Waits for at least $count requests; returns requests(). */
    public function waitForRequests(int $count, float $seconds = 5.0): array
    {
        $end = hrtime(true) + $seconds * 1e9;
        while (count($requests = $this->requests()) < $count && hrtime(true) < $end) {
            usleep(2000);
        }
        return $requests;
    }

    public function stop(): void
    {
        if ($this->pid === 0 || getmypid() !== $this->owner) {
            return;
        }
        // Shut down as well as closed: a process forked by the test may hold a copy of the socket.
        stream_socket_shutdown($this->leash, STREAM_SHUT_RDWR);
        fclose($this->leash);
        $end = hrtime(true) + 5e9;
        while (pcntl_waitpid($this->pid, $status, WNOHANG) === 0) {
            if (hrtime(true) > $end) {
                exec("kill -9 {$this->pid}");
                pcntl_waitpid($this->pid, $status);
                break;
            }
            usleep(500);
        }
        $this->pid = 0;
    }

    private function events(string $kind): array
    {
        if ($this->log === null) {
            throw new LogicException('this server keeps no log');
        }
        $found = [];
        foreach (complete_lines($this->log) as $line) {
            [$event, $value] = unserialize(base64_decode($line));
            if ($event === $kind) {
                $found[] = $value;
            }
        }
        return $found;
    }

    private static function inChild(Closure $work): never
    {
        try {
            while (ob_get_level() > 0) {
                ob_end_clean();
            }
            set_error_handler(null);
            set_exception_handler(null);
            pcntl_alarm(300); // the process ends whatever a handler does
            $work();
            end_process();
        } catch (Throwable $problem) {
            fwrite(STDOUT, "test server: $problem\n");
            end_process(1);
        }
    }

    private static function accept($listener, $collar, $writer, Closure $handler, array $options): void
    {
        for ($number = 1;;) {
            $ready = [$listener, $collar];
            $none = null;
            if (@stream_select($ready, $none, $none, 60) === false) {
                continue;
            }
            if (in_array($collar, $ready, true)) {
                break;
            }
            $stream = @stream_socket_accept($listener, 0);
            if ($stream !== false) {
                $work = static function () use ($stream, $collar, $writer, $number, $handler, $options): void {
                    $connection = new Connection($stream, $collar, $writer, $number);
                    if ($options['tls'] === null || $connection->encrypt($options['tls'])) {
                        $handler($connection);
                    }
                    $connection->close();
                };
                if ($writer !== null) {
                    fwrite($writer, base64_encode(serialize(['connection', $number])) . "\n");
                }
                if ($options['sequential']) {
                    $work();
                } elseif (pcntl_fork() === 0) {
                    fclose($listener);
                    self::inChild($work);
                } else {
                    fclose($stream);
                }
                $number++;
            }
            while (pcntl_waitpid(-1, $status, WNOHANG) > 0);
        }
        fclose($listener);
        while (pcntl_waitpid(-1, $status) > 0);
    }
}

/** One accepted connection, passed to a handler. Every wait ends the process when the test has ended. */
final class Connection
{
    /** @var ?resource */
    private $stream;
    private string $buffer = '';
    private bool $encrypted = false;
    private bool $reset = false;

    /**
     * @param resource $stream
     * @param resource $collar
     * @param ?resource $writer
     */
    public function __construct($stream, private $collar, private $writer, public readonly int $number)
    {
        $this->stream = $stream;
        stream_set_blocking($stream, false);
        stream_set_read_buffer($stream, 0);
        stream_set_write_buffer($stream, 0);
    }

    /** The server side of a TLS handshake; false when the client aborts it. */
    public function encrypt(array $tls): bool
    {
        foreach ($tls as $option => $value) {
            stream_context_set_option($this->stream, 'ssl', $option, $value);
        }
        $method = $tls['crypto_method'] ?? STREAM_CRYPTO_METHOD_TLSv1_2_SERVER | STREAM_CRYPTO_METHOD_TLSv1_3_SERVER;
        while (($done = @stream_socket_enable_crypto($this->stream, true, $method)) === 0) {
            $this->awaitInput();
        }
        return $this->encrypted = $done === true;
    }

    public function isOpen(): bool
    {
        return $this->stream !== null;
    }

    /** The next request with its complete body; null when the client has closed. */
    public function request(): ?array
    {
        $request = $this->head();
        if ($request !== null) {
            if (strcasecmp(header_value($request, 'Expect') ?? '', '100-continue') === 0) {
                $this->write("HTTP/1.1 100 Continue\r\n\r\n");
            }
            $length = (int) header_value($request, 'Content-Length');
            while (strlen($this->buffer) < $length) {
                if (!$this->receive($length - strlen($this->buffer))) {
                    return null;
                }
            }
            $request['body'] = substr($this->buffer, 0, $length);
            $this->buffer = substr($this->buffer, $length);
            $this->remember($request);
        }
        return $request;
    }

    /** The head of the next request; without TLS its body stays unread in the kernel. */
    public function head(): ?array
    {
        while (($end = strpos($this->buffer, "\r\n\r\n")) === false) {
            $take = 65536;
            if (!$this->encrypted) {
                $this->awaitInput();
                $seen = (string) stream_socket_recvfrom($this->stream, $take, STREAM_PEEK);
                $here = strpos($this->buffer . $seen, "\r\n\r\n");
                $take = $here === false ? max(1, strlen($seen)) : $here + 4 - strlen($this->buffer);
            }
            if (!$this->receive($take)) {
                return null;
            }
        }
        $head = substr($this->buffer, 0, $end);
        $this->buffer = substr($this->buffer, $end + 4);
        $lines = explode("\r\n", $head);
        [$method, $path] = explode(' ', array_shift($lines)) + [1 => ''];
        $headers = array_map(static fn (string $line): array => array_map('trim', explode(':', $line, 2)) + [1 => ''], $lines);
        return ['connection' => $this->number, 'method' => $method, 'path' => $path, 'headers' => $headers, 'head' => $head, 'body' => ''];
    }

    /** False when the client closes before all bytes are written. */
    public function write(string $bytes): bool
    {
        while ($bytes !== '' && $this->stream !== null) {
            $written = @fwrite($this->stream, substr($bytes, 0, 65536));
            if ($written === false) {
                return false;
            }
            $bytes = substr($bytes, $written);
            if ($written === 0) {
                $this->awaitOutput();
                if (feof($this->stream)) {
                    return false;
                }
            }
        }
        return $bytes === '';
    }

    /** Writes one byte at a time, with a pause before each; false when the client has closed. */
    public function drip(string $bytes, float $pause): bool
    {
        for ($i = 0; $i < strlen($bytes); $i++) {
            $this->wait($pause);
            if (!$this->write($bytes[$i])) {
                return false;
            }
        }
        return true;
    }

    public function wait(float $seconds): void
    {
        $end = hrtime(true) + (int) ($seconds * 1e9);
        while (($left = $end - hrtime(true)) > 0) {
            $this->select([], [], $left / 1e9);
        }
    }

    /** Waits until the client closes; discards its data. Returns whether it has reset the connection (without TLS). */
    public function waitForClose(): bool
    {
        while ($this->receive(65536)) {
            $this->buffer = '';
        }
        return $this->reset;
    }

    /** Passes everything on to and from a server on a port of 127.0.0.1; each chunk of the server's waits for `$pause()` seconds. */
    public function forward(int $port, Closure $pause): void
    {
        $server = stream_socket_client("tcp://127.0.0.1:$port");
        stream_set_blocking($server, false);
        while ($this->stream !== null) {
            $this->select([$this->stream, $server], [], null);
            $chunk = (string) @fread($server, 65536);
            if ($chunk !== '') {
                $this->wait($pause());
                $this->write($chunk);
            }
            $sent = (string) @fread($this->stream, 65536);
            fwrite($server, $sent);
            if (feof($server) || feof($this->stream)) {
                $this->close();
            }
        }
    }

    /** Whether data from the client, or its end, arrives within this time. */
    public function hasInput(float $seconds): bool
    {
        return $this->buffer !== '' || $this->select([$this->stream], [], $seconds);
    }

    /** Sends FIN, or RST when data from the client is unread. */
    public function close(): void
    {
        if ($this->stream !== null) {
            fclose($this->stream);
            $this->stream = null;
        }
    }

    /** Sends FIN without the close_notify of TLS. */
    public function closeWithoutNotice(): void
    {
        stream_socket_shutdown($this->stream, STREAM_SHUT_WR);
        $this->waitForClose();
    }

    /** Sends RST: waits for data from the client and closes without reading it. */
    public function reset(): void
    {
        $this->awaitInput();
        $this->close();
    }

    private function receive(int $bytes): bool
    {
        if ($this->stream === null) {
            return false;
        }
        while (true) {
            $chunk = @fread($this->stream, max(1, $bytes));
            if ((string) $chunk !== '') {
                $this->buffer .= $chunk;
                return true;
            }
            if (feof($this->stream)) {
                $this->reset = $chunk === false;
                $this->close();
                return false;
            }
            $this->awaitInput();
        }
    }

    private function awaitInput(): void
    {
        $this->select([$this->stream], [], null);
    }

    private function awaitOutput(): void
    {
        $this->select([], [$this->stream], null);
    }

    private function select(array $read, array $write, ?float $seconds): bool
    {
        $read[] = $this->collar;
        $none = null;
        $whole = $seconds === null ? null : (int) $seconds;
        $micro = $seconds === null ? null : (int) (($seconds - $whole) * 1e6);
        $ready = @stream_select($read, $write, $none, $whole, $micro);
        if ($ready && in_array($this->collar, $read, true)) {
            end_process();
        }
        return (bool) $ready;
    }

    private function remember(array $request): void
    {
        if ($this->writer !== null) {
            fwrite($this->writer, base64_encode(serialize(['request', $request])) . "\n");
        }
    }
}

/**
 * A port on which connecting hangs: its accept queue is full, and the kernel drops every further SYN,
 * as a firewall does.
 */
final class SilentPort
{
    public readonly int $port;
    private array $sockets = [];

    public function __construct(string $address = '127.0.0.1', int $port = 0)
    {
        $listener = stream_socket_server(
            "tcp://$address:$port",
            context: stream_context_create(['socket' => ['backlog' => 1]]),
        );
        $this->sockets[] = $listener;
        $name = stream_socket_get_name($listener, false);
        $this->port = (int) substr(strrchr($name, ':'), 1);
        do {
            $socket = stream_socket_client("tcp://$name", flags: STREAM_CLIENT_CONNECT | STREAM_CLIENT_ASYNC_CONNECT);
            $this->sockets[] = $socket;
            $read = $except = null;
            $write = [$socket];
            $connected = stream_select($read, $write, $except, 0, 200_000) === 1;
        } while ($connected);
    }

    public function url(string $scheme = 'http'): string
    {
        return "$scheme://127.0.0.1:{$this->port}/api/updateOrder";
    }
}
