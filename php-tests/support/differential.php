<?php
/*
 * Plays one scenario three times, each time with new servers: for the documented snippet, for spread
 * with `spread.auth=any` and for spread with its default (`auto`). The requests at each origin and the
 * shop's results must be the same, except for the rows of parity/LEDGER.md that the scenario names:
 * each row transforms the snippet's transcript into spread's, and must change something in it.
 *
 *     $player = new Player();
 *     foreach (redirects() as $name => $scenario) {
 *         $player->compare($name, $scenario);
 *     }
 *
 * A scenario is an array:
 *
 *     'home'      the answers of the endpoint's origin: one answer, a list of them (the last one is
 *                 repeated), or a closure that takes the request and its number at this origin. An
 *                 answer is a string, or closing(string), which closes the connection after it.
 *     'away'      another origin, if any; a closure that takes a Connection gets each accepted
 *                 connection
 *     'tls'       the origins that speak TLS: ['home']
 *     'path'      path and query of the endpoint
 *     'settings'  of spread, and 'options' the same for curl
 *     'rows'      ledger rows with both settings of spread.auth; 'any' and 'auto': those with one:
 *                 ['status', 'row' => [part => spread's value], 'row' => Closure]
 *     'since'     [version => rows]: the rows instead of 'rows' for that libcurl and later ones
 *
 * In answers {home}, {away} are replaced by scheme, host and port, {home:port} by the port and
 * {home@localhost} by a URL with another host name; {dead} is an origin where nothing listens.
 *
 * Another method than updateOrder has its URL and its function: its path is shown as that of updateOrder.
 *
 * A second order follows in the same process and is answered at once: the first one must not affect
 * it.
 */
declare(strict_types=1);

/** An answer after which the server closes the connection. */
final class Closing
{
    public function __construct(public readonly string $bytes, public readonly float $pause)
    {
    }
}

/** @param float $pause seconds before it */
function closing(string $bytes, float $pause = 0): Closing
{
    return new Closing($bytes, $pause);
}

/** The answer to requests with credentials of this scheme; others get a challenge. */
function asks(string|Closing|Closure $answer, string $challenge = 'Basic realm="SPREAD"', string $body = 'who are you?'): Closure
{
    return static function (array $request, int $number) use ($answer, $challenge, $body): string|Closing {
        $scheme = strtok($challenge, ' ');
        if (!str_starts_with(header_value($request, 'Authorization') ?? '', "$scheme ")) {
            return answer(401, ["WWW-Authenticate: $challenge"], $body);
        }
        return $answer instanceof Closure ? $answer($request, $number) : $answer;
    };
}

/** An answer for each path; other paths get the last one. */
function paths(array $answers): Closure
{
    return static function (array $request, int $number) use ($answers): mixed {
        $answer = $answers[strtok(strtok($request['path'], '#'), '?')] ?? end($answers);
        return $answer instanceof Closure ? $answer($request, $number) : $answer;
    };
}

function moved(string $location, int $status = 302, string $body = 'moved'): string
{
    return answer($status, ["Location: $location"], $body);
}

/** Transforms the snippet's transcript into spread's: the rows of the ledger that are general rules. */
function ledger_rules(): array
{
    $secret = static fn (string $line): string => preg_replace('/ -$/', ' Basic', $line);
    return [
        // An answer outside 2xx: false, its body in the exception.
        'status' => static function (array $transcript): array {
            [$status, $body] = [$transcript['status'], $transcript['value']];
            $class = in_array($status, [401, 403], true) ? 'Spread\AuthenticationException' : 'Spread\ResponseException';
            return ['value' => false, 'error' => "$class $status", 'response' => $body] + $transcript;
        },
        // A 2xx body that is HTML or broken JSON: false.
        'not-json' => static fn (array $transcript): array
            => ['value' => false, 'error' => "Spread\ResponseException {$transcript['status']}"] + $transcript,
        // A 2xx of another origin, which has not seen the keys: false.
        'other-origin' => static fn (array $transcript): array
            => ['value' => false, 'error' => "Spread\ResponseException {$transcript['status']}"] + $transcript,
        // A redirect from https to http is refused: the last request is not sent.
        'downgrade' => static fn (array $transcript): array
            => ['requests' => array_slice($transcript['requests'], 0, -1), 'value' => false, 'error' => 'Spread\ConnectionException'] + $transcript,
        // Over https every request to the endpoint's origin carries the keys: the challenge round is dropped.
        'at-once' => static function (array $transcript) use ($secret): array {
            foreach (['requests', 'second'] as $part) {
                $lines = [];
                foreach ($transcript[$part] as $line) {
                    $line = str_starts_with($line, 'home ') ? $secret($line) : $line;
                    if ($line !== end($lines)) {
                        $lines[] = $line;
                    }
                }
                $transcript[$part] = $lines;
            }
            return $transcript;
        },
        // Later orders are sent with the credentials that the origin asked for.
        'remembered' => static function (array $transcript): array {
            $asked = preg_grep('/^home .* (Basic|Digest)$/', $transcript['requests']);
            $scheme = strrchr((string) end($asked), ' ');
            return ['second' => preg_replace('/ -$/', $scheme, $transcript['second'])] + $transcript;
        },
    ];
}

/** By which rows spread differs from the snippet with this libcurl. */
function rows_for_libcurl(array $scenario): array
{
    $rows = $scenario['rows'] ?? [];
    foreach ($scenario['since'] ?? [] as $version => $since) {
        $rows = libcurl_since((string) $version) ? $since : $rows;
    }
    return $rows;
}

final class Player
{
    /** The rows that do not apply to the polyfill, which php-curl reads and writes for. */
    private const CURLS_OWN = ['control-bytes', 'empty-host', 'fragment', 'framing', 'lenient-head', 'lenient-url', 'normalised', 'switching', 'version'];

    private readonly Certificates $tls;
    private int $number = 0;
    /** @var resource never listens */
    private $dead;

    public function __construct()
    {
        $this->tls = new Certificates();
        $this->dead = stream_socket_server('tcp://127.0.0.1:0', flags: STREAM_SERVER_BIND);
        configure(ca_file: $this->tls->ca, log_failures: 0, timeout: 20, connect_timeout: 10, private_key: 's3cret');
        pcntl_alarm(240); // the snippet has no timeout
    }

    /** Prints differences without a row in the ledger, and rows without a difference. */
    public function compare(string $name, array $scenario, string $method = 'updateOrder'): void
    {
        $function = 'spread_' . strtolower(preg_replace('/[A-Z]/', '_$0', $method));
        $options = $scenario['options'] ?? [];
        $ca = $this->tls->ca;
        $documented = $this->play($scenario, $method, static function (array $order, string $url, string $key) use ($ca, $options, $method): array {
            $return = snippet($order, strtr($url, ['/updateOrder' => "/$method"]), "$key:s3cret", $ca, $options);
            if ($return === false) {
                return ['value' => false, 'error' => 'Spread\ConnectionException'];
            }
            $value = json_decode($return, true);
            return ['value' => $return === '' ? null : (json_last_error() ? $return : $value), 'error' => null];
        });
        foreach (['any', 'auto'] as $way) {
            configure(...($scenario['settings'] ?? []) + ['auth' => $way, 'max_redirects' => 20, 'timeout' => 20]);
            $actual = $this->play($scenario, $method, static function (array $order, string $url, string $key) use ($function): array {
                configure(endpoint: $url, public_key: $key);
                $left_out = $order['request'] === [] && $function !== 'spread_update_order';
                $value = $left_out ? $function($order['data']) : $function($order['data'], $order['request']);
                $error = spread_last_error();
                return [
                    'value' => $value,
                    'error' => $error === null ? null : rtrim($error::class . ' ' . ($error->getCode() ?: '')),
                    'response' => $error?->getResponse(),
                ];
            });
            $expected = $documented + ['response' => null];
            $not_applied = polyfill() === null ? [] : self::CURLS_OWN;
            foreach ([...self::rows(rows_for_libcurl($scenario)), ...self::rows($scenario[$way] ?? [])] as [$row, $change]) {
                if (in_array($row, $not_applied, true)) {
                    continue;
                }
                $before = $expected;
                $expected = $change instanceof Closure ? $change($expected) : array_replace($expected, $change);
                holds("$name, $way: the ledger's row $row shows", $before !== $expected);
            }
            unset($expected['status'], $actual['status']);
            foreach ($expected as $part => $value) {
                same("$name, $way: $part", $value, $actual[$part] ?? null);
            }
        }
    }

    /** @return list<array{string, Closure|array}> */
    private static function rows(array $rows): array
    {
        $found = [];
        foreach ($rows as $row => $change) {
            $found[] = is_int($row) ? [$change, ledger_rules()[$change]] : [$row, $change];
        }
        return $found;
    }

    /**
     * @param Closure(array $order, string $url, string $key): array $send
     * @return array{requests: list<string>, second: list<string>, status: int, ...}
     */
    private function play(array $scenario, string $method, Closure $send): array
    {
        // Each play has its own keys: state that it leaves in the process does not affect another play.
        $key = 'shop' . ++$this->number;
        $journal = tempnam(sys_get_temp_dir(), 'spread-play-');
        $listeners = $names = [];
        foreach (array_intersect(['home', 'away', 'third'], array_keys($scenario)) as $name) {
            $listeners[$name] = listen();
            $port = port_of($listeners[$name]);
            $scheme = in_array($name, $scenario['tls'] ?? [], true) ? 'https' : 'http';
            $names += ["{{$name}}" => "$scheme://127.0.0.1:$port", "{{$name}@localhost}" => "$scheme://localhost:$port", "{{$name}:port}" => $port];
        }
        $names += ['{dead:port}' => port_of($this->dead), '{dead}' => 'http://127.0.0.1:' . port_of($this->dead)];
        $orders = [
            $scenario['order'] ?? ['data' => ['order_idorder' => 'first', 'name' => 'é & co'], 'request' => ['order_idorder' => 'first']],
            ['data' => ['order_idorder' => 'second'], 'request' => []],
        ];
        $bodies = array_map(http_build_query(...), $orders);
        $servers = [];
        foreach ($listeners as $name => $listener) {
            $servers[] = serve_connections(
                static fn (Connection $connection) => self::answerAll($connection, $name, $scenario[$name], $names, $key, $bodies, $journal, $method),
                ['listener' => $listener, 'log' => false, 'tls' => in_array($name, $scenario['tls'] ?? [], true) ? $this->tls->server() : null],
            );
        }
        array_map('fclose', $listeners);

        $url = $names['{home}'] . ($scenario['path'] ?? '/api/updateOrder?x=1');
        $transcript = $send($orders[0], $url, $key);
        [$lines, $status] = self::read($journal);
        $transcript += ['requests' => $lines, 'status' => $status];
        $path = self::entries($journal)[0][3] ?? "/$method";
        holds("the path of $method", $path === ($scenario['path'] ?? null) || str_contains($path, "/$method"), $path);
        $second = $send($orders[1], $names['{home}'] . ($method === 'updateOrder' ? '/second' : '/second/updateOrder'), $key);
        $transcript += ['second' => array_slice(self::read($journal)[0], count($lines)), 'second value' => $second['value']];
        foreach ($servers as $server) {
            $server->stop();
        }
        unlink($journal);
        return $transcript;
    }

    private static function answerAll(Connection $connection, string $name, mixed $script, array $names, string $key, array $bodies, string $journal, string $method): void
    {
        if ($script instanceof Closure && (string) ((new ReflectionFunction($script))->getParameters()[0] ?? null)?->getType() === Connection::class) {
            self::write($journal, [$name, "$name connected", 0]);
            $script($connection);
            return;
        }
        while ($connection->isOpen() && ($request = $connection->request()) !== null) {
            $sent_path = $request['path'];
            $request['path'] = strtr($sent_path, ["/second/$method" => '/second', "/$method" => '/updateOrder']);
            $number = 1 + count(array_filter(self::entries($journal), static fn (array $entry): bool => $entry[0] === $name));
            $answer = is_array($script) ? $script[$number - 1] ?? end($script) : $script;
            if (str_contains($request['body'], 'order_idorder%5D=second')) {
                $answer = answer_json('second');
            } elseif ($answer instanceof Closure) {
                $answer = $answer($request, $number);
            }
            $bytes = strtr($answer instanceof Closing ? $answer->bytes : $answer, $names);
            // The status of the last head: earlier ones are 1xx.
            preg_match_all('~^HTTP/1\.[01] (\d{3})~m', $bytes, $heads);
            self::write($journal, [$name, self::line($name, $request, $sent_path, $names, $key, $bodies), (int) end($heads[1]), $sent_path]);
            if ($answer instanceof Closing) {
                $connection->wait($answer->pause);
            }
            $connection->write($bytes);
            if ($answer instanceof Closing || stripos($bytes, "\r\nConnection: close\r\n") !== false) {
                $connection->close();
            }
        }
    }

    /** One request as a line: `home POST /path -`, or the scheme of its credentials in place of the dash. */
    private static function line(string $name, array $request, string $sent_path, array $names, string $key, array $bodies): string
    {
        $host = header_value($request, 'Host') ?? '';
        $at = $name . str_replace('@127.0.0.1', '', '@' . str_replace(":{$names["{{$name}:port}"]}", '', $host));
        $sent = header_value($request, 'Authorization');
        $credentials = match (true) {
            $sent === null => '-',
            basic_credentials($request) === "$key:s3cret" => 'Basic',
            str_starts_with($sent, "Digest username=\"$key\"") && str_contains($sent, "uri=\"$sent_path\"") => 'Digest',
            str_starts_with($sent, 'NTLM ') => 'NTLM',
            default => "?($sent)",
        };
        $line = "$at {$request['method']} {$request['path']} $credentials";
        $type = header_value($request, 'Content-Type');
        if ($type !== 'application/x-www-form-urlencoded') {
            $line .= " as $type";
        }
        if (!in_array($request['body'], $bodies, true)) {
            $line .= $request['body'] === '' ? ' without a body' : ' with another body';
        }
        foreach (['Cookie', 'Referer', 'Accept-Encoding', 'Proxy-Authorization', 'If-Modified-Since'] as $unwanted) {
            $line .= header_value($request, $unwanted) === null ? '' : " with $unwanted";
        }
        return $line;
    }

    private static function write(string $journal, array $entry): void
    {
        file_put_contents($journal, base64_encode(serialize($entry)) . "\n", FILE_APPEND);
    }

    private static function entries(string $journal): array
    {
        return array_map(static fn (string $line): array => unserialize(base64_decode($line)), file($journal));
    }

    private static function read(string $journal): array
    {
        $entries = self::entries($journal);
        $statuses = array_column($entries, 2);
        return [array_column($entries, 1), (int) end($statuses)];
    }
}
