<?php
/*
 * A private MariaDB server in a temporary directory and on a free port. It ends with the test.
 */
declare(strict_types=1);

final class MariaDb
{
    public readonly int $port;
    private readonly string $directory;
    /** @var ?resource */
    private $process = null;
    /** @var resource */
    private $leash;
    private int $pid = 0;

    public function __construct(private readonly string $host = '127.0.0.1')
    {
        $this->directory = sys_get_temp_dir() . '/spread-mariadb-' . bin2hex(random_bytes(6));
        mkdir($this->directory, 0700);
        $owner = getmypid();
        register_shutdown_function(function () use ($owner): void {
            if (getmypid() === $owner) {
                $this->stop();
                exec('rm -rf ' . escapeshellarg($this->directory));
            }
        });
        $made = run([
            program('mariadb-install-db'), '--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db', ...self::user(),
            // A server that starts deletes the temporary tables of others in its directory for them.
            "--datadir={$this->directory}/data", "--tmpdir={$this->directory}",
        ]);
        if ($made['status'] !== 0) {
            throw new RuntimeException($made['out'] . $made['err']);
        }
        $socket = stream_socket_server("tcp://$host:0");
        $this->port = (int) substr(strrchr(stream_socket_get_name($socket, false), ':'), 1);
        fclose($socket);
        $this->start();
        $this->query("CREATE DATABASE spread; CREATE USER shop@'%' IDENTIFIED BY 'hidden-4711'; GRANT ALL ON spread.* TO shop@'%'");
    }

    public function setting(): string
    {
        return "mysql://shop:hidden-4711@{$this->host}:{$this->port}/spread";
    }

    /** Starts the server and waits until it responds. */
    public function start(): void
    {
        // The shell prints the server's process id, and kills the server when the test ends.
        $script = '"$@" & server=$!; echo $server; read -r _; kill -9 "$server" 2>/dev/null; wait "$server" 2>/dev/null';
        $this->process = proc_open([
            '/bin/sh', '-c', $script, 'sh', program('mariadbd'), '--no-defaults', ...self::user(), "--bind-address={$this->host}", '--skip-name-resolve',
            '--innodb-buffer-pool-size=32M', '--loose-innodb-log-file-size=16M', "--datadir={$this->directory}/data", "--tmpdir={$this->directory}", "--port={$this->port}",
            "--socket={$this->directory}/socket", "--pid-file={$this->directory}/pid", "--log-error={$this->directory}/log",
        ], [['pipe', 'r'], ['pipe', 'w'], ['file', '/dev/null', 'w']], $pipes);
        $this->leash = $pipes[0];
        $this->pid = (int) fgets($pipes[1]);
        if (!wait_until(fn (): bool => run($this->client('SELECT 1'))['status'] === 0, 20)) {
            throw new RuntimeException('MariaDB did not start: ' . file_get_contents("{$this->directory}/log"));
        }
    }

    /** Kills the server, like a power cut. */
    public function kill(): void
    {
        exec("kill -9 {$this->pid} 2>/dev/null");
        $this->stop();
    }

    /**
     * Stops all of its threads until resume(), with their connections open.
     *
     * kill(2) returns while they still run: a statement that came meanwhile would be answered.
     */
    public function pause(): void
    {
        exec("kill -STOP {$this->pid}");
        $running = fn (): string => (string) shell_exec("grep -L '^State:.T' /proc/{$this->pid}/task/*/status 2>/dev/null");
        if (!wait_until(static fn (): bool => $running() === '', 20)) {
            throw new RuntimeException('MariaDB does not stop');
        }
    }

    public function resume(): void
    {
        exec("kill -CONT {$this->pid}");
    }

    public function stop(): void
    {
        if (is_resource($this->process)) {
            @fwrite($this->leash, "stop\n");
            fclose($this->leash);
            proc_close($this->process);
        }
        $this->process = null;
    }

    /** @return list<string> lines, columns separated by tabs */
    public function query(string $sql): array
    {
        $said = run($this->client($sql));
        if ($said['status'] !== 0) {
            throw new RuntimeException($said['err']);
        }
        return $said['out'] === '' ? [] : explode("\n", rtrim($said['out'], "\n"));
    }

    public function pending(): int
    {
        return (int) $this->query('SELECT COUNT(*) FROM spread.spread_records WHERE state = 0')[0];
    }

    /** The command of a client. @return list<string> */
    public function client(string $sql): array
    {
        return [program('mariadb'), '--no-defaults', '--user=root', "--socket={$this->directory}/socket", '--batch', '--skip-column-names', '-e', $sql];
    }

    /** @return list<string> */
    private static function user(): array
    {
        return fileowner('/proc/self/status') === 0 ? ['--user=root'] : [];
    }
}
