<?php
/*
 * Outboxes for the tests: a directory with an SQLite file, a server that logs requests and its answers,
 * callers that log their outcomes, workers, and the check of all these logs.
 */
declare(strict_types=1);

/** A directory with one SQLite outbox. It is removed after the test. */
final class Place
{
    public readonly string $directory;
    public readonly string $file;

    public function __construct(?string $directory = null, ?string $parent = null)
    {
        $this->directory = $directory ?? ($parent ?? sys_get_temp_dir()) . '/spread-outbox-' . bin2hex(random_bytes(6));
        $this->file = "{$this->directory}/outbox.db";
        if ($directory !== null) {
            return;
        }
        mkdir($this->directory, 0700);
        $owner = getmypid();
        register_shutdown_function(function () use ($owner): void {
            if (getmypid() === $owner) {
                exec('rm -rf ' . escapeshellarg($this->directory) . ' 2>&1');
            }
        });
    }

    /**
     * In memory, where the machine has a directory for that: on a busy disk a commit takes so long that other
     * writers time out and send without the outbox, and orders overtake one another.
     */
    public static function inMemory(): self
    {
        return new self(parent: is_dir('/dev/shm') && is_writable('/dev/shm') ? '/dev/shm' : null);
    }

    public function setting(): string
    {
        return "sqlite:{$this->file}";
    }

    public function path(string $name, ?string $content = null): string
    {
        if ($content !== null) {
            file_put_contents("{$this->directory}/$name", $content);
        }
        return "{$this->directory}/$name";
    }

    /** Queries with sqlite3, not the extension. @return list<array<string, mixed>> */
    public function query(string $sql): array
    {
        $said = run([program('sqlite3'), '-json', '-cmd', '.timeout 5000', "file:{$this->file}?mode=ro", $sql]);
        if ($said['status'] !== 0) {
            throw new RuntimeException($said['err']);
        }
        return json_decode($said['out'] === '' ? '[]' : $said['out'], true, 512, JSON_THROW_ON_ERROR);
    }

    /**
     * Each record in one line: order, state, attempts and status of the last one.
     *
     * @return list<string>
     */
    public function records(): array
    {
        $rows = $this->query("SELECT coalesce(nullif(CAST(order_id AS TEXT), ''), '-') AS name, state, attempts, status FROM spread_records ORDER BY id");
        $states = ['pending', 'refused', 'expired'];
        return array_map(static fn (array $row): string => "{$row['name']} {$states[$row['state']]} {$row['attempts']} {$row['status']}", $rows);
    }

    /** The bodies of the records, as they are stored. @return list<string> */
    public function bodies(): array
    {
        return array_map(static fn (array $row): string => hex2bin($row['body']), $this->query('SELECT hex(body) AS body FROM spread_records ORDER BY id'));
    }

    /** Makes every pending order due, as time does. Must not run while something is sending. */
    public function makeDue(): void
    {
        $sql = 'UPDATE spread_orders SET due = 1 WHERE due IS NOT NULL AND token IS NULL; UPDATE spread_endpoints SET due = min(due, 1); UPDATE spread_key_pairs SET due = min(due, 1);';
        $said = run([program('sqlite3'), '-cmd', '.timeout 5000', $this->file, $sql]);
        same('makeDue', '', $said['err']);
    }

    public function isSound(): bool
    {
        return $this->query('PRAGMA integrity_check') === [['integrity_check' => 'ok']];
    }

    /** The bytes of all files in the directory. */
    public function bytes(): string
    {
        return implode('', array_map(file_get_contents(...), array_filter(glob("{$this->directory}/*"), is_file(...))));
    }
}

/** An order with an id, in both arrays. */
function order(string|int|float $id, mixed ...$fields): array
{
    return [['order_idorder' => $id] + $fields, ['order_idorder' => $id]];
}

// ------------------------------------------------------------------------------------- the server

/**
 * A server on one port that logs requests and its answers, and misbehaves on demand:
 *
 *   up                 200 with JSON
 *   STATUS [HEADER…]   that status
 *   late SECONDS       200 after this many seconds
 *   lost               reads the request and closes
 *   keys PAIR          200 for this key pair, 401 with a Basic challenge for others
 *
 * stop() and start() restart it on the same port.
 */
final class Recorder
{
    private ?Server $server = null;
    private readonly string $directory;
    public readonly int $port;

    public function __construct(public readonly string $host = '127.0.0.1')
    {
        $this->directory = sys_get_temp_dir() . '/spread-recorder-' . bin2hex(random_bytes(6));
        mkdir($this->directory, 0700);
        $this->behave('up');
        touch("{$this->directory}/log");
        $owner = getmypid();
        register_shutdown_function(function () use ($owner): void {
            if (getmypid() === $owner) {
                $this->stop();
                exec('rm -rf ' . escapeshellarg($this->directory));
            }
        });
        $this->start();
    }

    public function start(): void
    {
        $directory = $this->directory;
        $address = "tcp://{$this->host}:" . ($this->port ?? 0);
        $context = stream_context_create(['socket' => ['backlog' => 128, 'tcp_nodelay' => true]]);
        $listener = stream_socket_server($address, $errno, $error, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
        $this->server = serve_connections(static function (Connection $connection) use ($directory): void {
            $log = fopen("$directory/log", 'a');
            stream_set_write_buffer($log, 0);
            for ($number = 1; $connection->isOpen() && ($request = $connection->request()) !== null; $number++) {
                parse_str($request['body'], $order);
                $id = $order['request']['order_idorder'] ?? '';
                $id = preg_match('/^[ -~]{0,200}$/', $id) ? $id : md5($id);
                $arrival = [getmypid() . "/$number", getmypid(), $id, (int) ($order['data']['sequence'] ?? 0), basic_credentials($request) ?? ''];
                $behaviour = explode(' ', file_get_contents("$directory/behaviour"), 2);
                [$how, $rest] = $behaviour + [1 => ''];
                $late = $how === 'late' ? 1 : 0;
                // One write of less than a page: lines of different processes do not mix.
                fwrite($log, json_encode(['in', ...$arrival, $late, hrtime(true)]) . "\n");
                if ($how === 'late') {
                    $connection->wait((float) $rest);
                } elseif ($how === 'lost') {
                    fwrite($log, json_encode(['out', $arrival[0], 0, false]) . "\n");
                    $connection->close();
                    continue;
                } elseif ($how === 'keys') {
                    $how = $rest === $arrival[4] ? 'up' : '401';
                    $rest = 'WWW-Authenticate: Basic realm="spread"';
                }
                $status = is_numeric($how) ? (int) $how : 200;
                $headers = is_numeric($how) && $rest !== '' ? explode('|', $rest) : [];
                $written = $connection->write(answer($status, ['Content-Type: application/json', ...$headers], json_encode(['status' => $status, 'arrival' => $arrival[0]])));
                fwrite($log, json_encode(['out', $arrival[0], $status, $written]) . "\n");
            }
        }, ['log' => false, 'listener' => $listener]);
        $this->port ??= port_of($listener);
        fclose($listener);
    }

    public function stop(): void
    {
        $this->server?->stop();
        $this->server = null;
        file_put_contents("{$this->directory}/log", "[\"stopped\"]\n", FILE_APPEND);
    }

    /** Sets the behaviour from the next request on. */
    public function behave(string $how): void
    {
        replace_file("{$this->directory}/behaviour", $how);
    }

    public function url(string $path = '/api/updateOrder'): string
    {
        return "http://{$this->host}:{$this->port}$path";
    }

    /**
     * The requests in sequence of arrival: `id`, `sequence`, `connection`, `user`, `late`, `time` by
     * hrtime(), and `status`, which is 0 when no answer was written completely.
     *
     * @return list<array>
     */
    public function arrivals(): array
    {
        // A sender can have its answer before the line is in the log.
        $end = hrtime(true) + 2e9;
        do {
            [$arrivals, $open] = $this->events();
        } while ($open !== [] && hrtime(true) < $end && usleep(1000) === null);
        return array_values($arrivals);
    }

    /** @return array{array<string, array>, array<string, true>} the requests; those that are being answered */
    private function events(): array
    {
        $arrivals = $open = [];
        foreach (complete_lines(fopen("{$this->directory}/log", 'r')) as $line) {
            $event = json_decode($line, true, 4, JSON_THROW_ON_ERROR);
            if ($event[0] === 'in') {
                [, $name, $connection, $id, $sequence, $user, $late, $time] = $event;
                $arrivals[$name] = ['id' => $id, 'sequence' => $sequence, 'connection' => $connection, 'user' => $user, 'late' => $late === 1, 'time' => $time, 'status' => 0];
                if ($late !== 1) {
                    $open[$name] = true;
                }
            } elseif ($event[0] === 'out') {
                [, $name, $status, $written] = $event;
                $arrivals[$name]['status'] = $written ? $status : 0;
                unset($open[$name]);
            } else {
                $open = [];
            }
        }
        return [$arrivals, $open];
    }
}

// ------------------------------------------------------------------------------------ the callers

/** The outcomes of calls, logged by the callers themselves (pages/outbox.php), even if they are killed. */
final class Calls
{
    public function __construct(public readonly string $file)
    {
        touch($file);
        chmod($file, 0666);
    }

    /** @return list<array{id: string, sequence: int, outcome: string}> "begun" when it never returned */
    public function all(): array
    {
        $calls = [];
        foreach (complete_lines(fopen($this->file, 'r')) as $line) {
            [$outcome, $id, $sequence] = explode(' ', $line);
            $calls["$id $sequence"] = ['id' => $id, 'sequence' => (int) $sequence, 'outcome' => $outcome];
        }
        return array_values($calls);
    }

    /** The number of calls of each outcome. @return array<string, int> */
    public function counts(): array
    {
        $counts = array_count_values(array_column($this->all(), 'outcome'));
        ksort($counts);
        return $counts;
    }
}

/**
 * The command of a caller, see pages/outbox.php.
 *
 * @param array<string, string|int|float> $settings full names of ini settings
 * @return list<string>
 */
function caller(array $settings, array $query): array
{
    return php_command($settings, __DIR__ . '/../pages/outbox.php', http_build_query($query));
}

// ------------------------------------------------------------------------------------ the workers

/**
 * A worker: modules/spread-outbox when it is built, else PHP that drains in a loop. A shell between it and
 * the test stops it when the test ends.
 */
final class Worker
{
    /** Maximum number of orders that a killed worker has sent and not marked as delivered. */
    public const IN_FLIGHT = 16;

    /** @var resource */
    private $process;
    /** @var resource */
    private $leash;
    public readonly int $pid;
    private readonly string $log;

    /**
     * @param array<string, string|int|float> $settings names without `spread.`: outbox, public_key, private_key,
     *     timeout, …
     * @param list<string> $before prefix of its command
     */
    public function __construct(array $settings, array $before = [])
    {
        $this->log = tempnam(sys_get_temp_dir(), 'spread-worker-');
        [$command, $environment] = self::command($settings);
        $script = '"$@" & worker=$!; echo $worker; read -r _; kill "$worker" 2>/dev/null; wait "$worker"';
        $this->process = proc_open(
            ['/bin/sh', '-c', $script, 'sh', ...$before, ...$command],
            [['pipe', 'r'], ['pipe', 'w'], ['file', $this->log, 'a']],
            $pipes,
            null,
            $environment + getenv(),
        );
        $this->leash = $pipes[0];
        $this->pid = (int) fgets($pipes[1]);
    }

    /** @return array{list<string>, array<string, string>} */
    private static function command(array $settings): array
    {
        $program = self::program();
        if ($program !== null) {
            $environment = [];
            foreach ($settings as $name => $value) {
                $environment['SPREAD_' . strtoupper($name)] = (string) $value;
            }
            return [[$program, 'run'], $environment];
        }
        $settings = array_combine(array_map(static fn (string $name): string => "spread.$name", array_keys($settings)), $settings);
        $code = <<<'PHP'
            while (getmypid()) {
                try {
                    spread_outbox_drain(1000, 5.0);
                } catch (Spread\Exception $error) {
                    error_log($error->getMessage());
                }
                usleep(20_000);
            }
            PHP;
        return [php_command($settings + ['spread.log_failures' => 0], '-r', $code), []];
    }

    public static function program(): ?string
    {
        $program = dirname(extension_file()) . '/spread-outbox';
        return is_executable($program) ? $program : null;
    }

    public function __destruct()
    {
        $this->stop();
        @unlink($this->log);
    }

    public function signal(string $signal): void
    {
        exec("kill -$signal {$this->pid} 2>/dev/null");
    }

    /** Makes it reload its credentials and authorities, and waits until it does. PHP reads them in every drain. */
    public function reload(): void
    {
        if (self::program() === null) {
            return;
        }
        $reloads = fn (): int => substr_count($this->log(), 'SIGHUP');
        $before = $reloads();
        $this->signal('HUP');
        if (!wait_until(static fn (): bool => $reloads() > $before, 20)) {
            throw new RuntimeException('the worker does not reload: ' . $this->log());
        }
    }

    public function kill(): void
    {
        $this->signal('KILL');
        $this->stop();
    }

    public function stop(): void
    {
        if (!is_resource($this->process)) {
            return;
        }
        @fwrite($this->leash, "stop\n");
        fclose($this->leash);
        proc_close($this->process);
    }

    public function log(): string
    {
        return (string) file_get_contents($this->log);
    }
}

/** Drains with the settings of this process until nothing is pending; returns the number of pending records. */
function drain_all(float $seconds): int
{
    $end = hrtime(true) + $seconds * 1e9;
    do {
        $pending = spread_outbox_drain(10_000, 5.0)['pending'];
    } while ($pending > 0 && hrtime(true) < $end && usleep(50_000) === null);
    return $pending;
}

/** Appends figures to the file that SPREAD_TALK names. */
function tell(string $text): void
{
    $file = (string) getenv('SPREAD_TALK');
    if ($file !== '') {
        file_put_contents($file, "$text\n", FILE_APPEND);
    }
}

// -------------------------------------------------------------------------------------- the check

/**
 * Compares the outcomes of calls with the arrivals:
 *
 *  - each delivered or kept update has arrived and got a complete 2xx answer;
 *  - the updates of an order arrived in the sequence of the calls;
 *  - no update arrived again after a 2xx answer, except: after a late answer; in flight in a killed sender, and
 *    so among the last on its connection, at most $killed; or delivered without being marked as delivered, at
 *    most $unmarked.
 *
 * @param list<array> $calls see Calls::all(); the sequence of an order's calls grows
 * @param list<array> $arrivals see Recorder::arrivals()
 * @return array{calls: int, arrivals: int, again: int}
 */
function judge(string $what, array $calls, array $arrivals, int $killed = 0, int $unmarked = 0): array
{
    $lines = [];
    $complain = static function (string $line) use (&$lines): void {
        $lines[] = $line;
    };
    $known = $good = [];
    foreach ($calls as $call) {
        $known["{$call['id']} {$call['sequence']}"] = $call['outcome'];
    }
    $last_sequence = $of_connection = $place = [];
    foreach ($arrivals as $number => $arrival) {
        $of_connection[$arrival['connection']] ??= 0;
        $place[$number] = ++$of_connection[$arrival['connection']];
    }
    $again = 0;
    foreach ($arrivals as $number => $arrival) {
        ['id' => $id, 'sequence' => $sequence] = $arrival;
        $name = "$id $sequence";
        if (!isset($known[$name])) {
            $complain("$name arrived without a call");
        }
        if ($sequence < ($last_sequence[$id] ?? $sequence)) {
            $complain("$name arrived after {$last_sequence[$id]} of the same order");
        }
        $last_sequence[$id] = $sequence;
        if (isset($good[$name])) {
            $before = $arrivals[$good[$name]];
            if (!$before['late']) {
                $again++;
                if ($unmarked === 0 && $of_connection[$before['connection']] - $place[$good[$name]] >= Worker::IN_FLIGHT) {
                    $complain("$name arrived again, although its sender went on");
                }
                if ($unmarked === 0 && ($known[$name] ?? '') === 'delivered') {
                    $complain("$name arrived again, although its caller had the answer");
                }
            }
        }
        if (intdiv($arrival['status'], 100) === 2) {
            $good[$name] = $number;
        }
    }
    foreach ($known as $name => $outcome) {
        if (in_array($outcome, ['kept', 'delivered'], true) && !isset($good[$name])) {
            $complain("$name was $outcome and is lost");
        }
    }
    holds("$what: nothing lost, doubled or out of order", $lines === [], count($lines) . " complaints: \n    " . implode("\n    ", array_slice($lines, 0, 10)));
    holds("$what: arrived again", $again <= $killed + $unmarked, "$again times with $killed in flight and $unmarked not marked");
    return ['calls' => count($known), 'arrivals' => count($arrivals), 'again' => $again];
}

/** A separate file system in memory, removed after the test. Needs root. */
function mount_tmpfs(string $size): Place
{
    $place = new Place();
    $said = run([program('mount'), '-t', 'tmpfs', '-o', "size=$size,mode=0700", 'spread-test', $place->directory]);
    if ($said['status'] !== 0) {
        throw new RuntimeException($said['err']);
    }
    $owner = getmypid();
    register_shutdown_function(static function () use ($place, $owner): void {
        if (getmypid() === $owner) {
            exec(sprintf('umount -l %1$s; rmdir %1$s', escapeshellarg($place->directory)));
        }
    });
    return $place;
}
