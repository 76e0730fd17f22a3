<?php
/*
 * Web servers for the tests: php-fpm, nginx and Apache on free ports of 127.0.0.1, with generated
 * configurations in a directory that is removed after the test. They end with the test.
 */
declare(strict_types=1);

/** The directory of one test: its configurations, logs, a copy of the extension and of the pages. */
final class WebRoot
{
    public readonly string $directory;

    public function __construct()
    {
        $this->directory = sys_get_temp_dir() . '/spread-web-' . bin2hex(random_bytes(6));
        // The servers' workers run as another user and need to read it.
        umask(0022);
        foreach (['', '/pages', '/support', '/tmp', '/logs'] as $below) {
            mkdir($this->directory . $below, 0755);
        }
        chmod($this->directory . '/tmp', 0777);
        $this->copyWhatIsTested();
        foreach (glob(__DIR__ . '/../pages/*.php') as $page) {
            copy($page, $this->directory . '/pages/' . basename($page));
        }
        copy(__DIR__ . '/documented.php', $this->directory . '/support/documented.php');
        $owner = getmypid();
        register_shutdown_function(function () use ($owner): void {
            if (getmypid() === $owner) {
                $this->remove($this->directory);
            }
        });
    }

    private function copyWhatIsTested(): void
    {
        if (polyfill() === null) {
            copy(extension_file(), $this->directory . '/spread.so');
        } else {
            run(['cp', '-R', dirname(polyfill()), $this->directory]);
        }
    }

    /** @return array<string, string> the settings that load the extension or the polyfill */
    public function load(): array
    {
        return polyfill() === null
            ? ['extension' => "{$this->directory}/spread.so"]
            : ['extension' => 'curl', 'auto_prepend_file' => "{$this->directory}/polyfill/bootstrap.php"];
    }

    public function write(string $name, string $content): string
    {
        file_put_contents("{$this->directory}/$name", $content);
        return "{$this->directory}/$name";
    }

    private function remove(string $path): void
    {
        if (is_dir($path) && !is_link($path)) {
            foreach (array_diff(scandir($path), ['.', '..']) as $name) {
                $this->remove("$path/$name");
            }
            rmdir($path);
        } else {
            unlink($path);
        }
    }
}

/** A server in the foreground. A shell between it and the test stops it when the test is gone. */
final class Daemon
{
    /** @var resource */
    private $process;
    /** @var resource */
    private $leash;
    private readonly string $log;

    /** Starts the command and waits until the address accepts connections. */
    public function __construct(array $command, string $address, WebRoot $root, array $environment = [])
    {
        $this->log = $root->directory . '/logs/' . basename($command[0]) . '.out';
        // A separate session: Apache stops by a signal to its whole process group.
        $script = '"$@" & server=$!; read -r _; kill "$server" 2>/dev/null; wait "$server"';
        $this->process = proc_open(
            ['/bin/sh', '-c', $script, 'sh', program('setsid'), ...$command],
            [['pipe', 'r'], ['file', $this->log, 'w'], ['file', $this->log, 'a']],
            $pipes,
            null,
            array_filter($environment + inherited_environment(), is_string(...)),
        );
        $this->leash = $pipes[0];
        $end = hrtime(true) + 15e9;
        while (($probe = @stream_socket_client($address, timeout: 1)) === false) {
            if (hrtime(true) > $end) {
                $this->stop();
                throw new RuntimeException(basename($command[0]) . ' did not start: ' . file_get_contents($this->log));
            }
            usleep(10_000);
        }
        fclose($probe);
    }

    public function __destruct()
    {
        $this->stop();
    }

    public function stop(): void
    {
        if (!is_resource($this->process)) {
            return;
        }
        @fwrite($this->leash, "stop\n");
        fclose($this->leash);
        proc_close($this->process); // waits for the shell, which waits for the server
    }
}

/** @return ?array{user: string, group: string, id: int} the user of the workers, when this process runs as root */
function worker_user(): ?array
{
    if (fileowner('/proc/self/status') !== 0) {
        return null;
    }
    $groups = [];
    foreach (file('/etc/group') as $line) {
        [$name, , $id] = explode(':', trim($line));
        $groups[$id] = $name;
    }
    $users = [];
    foreach (file('/etc/passwd') as $line) {
        [$name, , $id, $group] = explode(':', $line);
        $users[$name] = ['user' => $name, 'group' => $groups[$group], 'id' => (int) $id];
    }
    return $users['www-data'] ?? $users['nobody'];
}

/**
 * The prefix of a command that runs it as the workers' user, in a root that belongs to them.
 *
 * @return list<string>
 */
function as_worker(WebRoot $root): array
{
    $worker = worker_user();
    if ($worker === null) {
        return [];
    }
    // By number: a thread-safe PHP may not find the name.
    chown($root->directory, $worker['id']);
    chown("{$root->directory}/logs", $worker['id']);
    return [program('setpriv'), "--reuid={$worker['user']}", "--regid={$worker['group']}", '--clear-groups'];
}

/**
 * Starts php-fpm behind nginx and returns the URL of the pages.
 *
 * @param array<string, string|int> $settings
 * @param array<string, string|int> $directives additional directives of the pool, such as pm.max_requests
 * @param array<string, string|int> $start settings that take effect when php-fpm starts, before it forks
 * @param bool $unprivileged whether its master runs as the user of its workers
 * @param list<string> $before a command that runs php-fpm
 * @return array{string, list<Daemon>}
 */
function start_fpm_behind_nginx(WebRoot $root, int $workers, array $settings, array $environment = [], array $directives = [], array $start = [], bool $unprivileged = false, array $before = []): array
{
    $dir = $root->directory;
    $worker = worker_user();
    foreach (polyfill() === null ? [] : $settings as $name => $value) {
        // A pool sets the settings of extensions only.
        if (str_starts_with($name, 'spread.')) {
            $environment['SPREAD_' . strtoupper(substr($name, 7))] = $value;
            unset($settings[$name]);
        }
    }
    $identity = $worker === null || $unprivileged ? '' : "user = {$worker['user']}\ngroup = {$worker['group']}\nlisten.owner = {$worker['user']}\nlisten.group = {$worker['group']}\n";
    $values = implode('', array_map(static fn ($name, $value) => "php_value[$name] = \"$value\"\n", array_keys($settings), $settings));
    $variables = implode('', array_map(static fn ($name, $value) => "env[$name] = \"$value\"\n", array_keys($environment), $environment));
    $more = implode('', array_map(static fn ($name, $value) => "$name = $value\n", array_keys($directives), $directives));
    $pool = $root->write('fpm.conf', <<<CONF
        [global]
        error_log = $dir/logs/fpm.log
        daemonize = no
        [www]
        {$identity}listen = $dir/fpm.sock
        pm = static
        pm.max_children = $workers
        catch_workers_output = yes
        {$more}{$values}{$variables}
        CONF);
    $version = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
    $command = [...$before, ...($unprivileged ? as_worker($root) : []), program("php-fpm$version", 'php-fpm'), '-n', '-F', '-y', $pool];
    foreach ($root->load() + $start as $name => $value) {
        array_push($command, '-d', "$name=\"$value\"");
    }
    $fpm = new Daemon(
        $command,
        "unix://$dir/fpm.sock",
        $root,
    );

    $port = free_port();
    $user = $worker === null ? '' : "user {$worker['user']} {$worker['group']};";
    $configuration = $root->write('nginx.conf', <<<CONF
        $user
        worker_processes 1;
        daemon off;
        pid $dir/nginx.pid;
        error_log $dir/logs/nginx.log;
        events {
        }
        http {
            access_log off;
            client_body_temp_path $dir/tmp/body;
            fastcgi_temp_path $dir/tmp/fastcgi;
            proxy_temp_path $dir/tmp/proxy;
            uwsgi_temp_path $dir/tmp/uwsgi;
            scgi_temp_path $dir/tmp/scgi;
            server {
                listen 127.0.0.1:$port;
                root $dir/pages;
                location ~ \.php$ {
                    fastcgi_pass unix:$dir/fpm.sock;
                    fastcgi_param SCRIPT_FILENAME \$document_root\$fastcgi_script_name;
                    fastcgi_param DOCUMENT_ROOT \$document_root;
                    fastcgi_param QUERY_STRING \$query_string;
                    fastcgi_param REQUEST_METHOD \$request_method;
                }
            }
        }
        CONF);
    $nginx = new Daemon(
        nginx($dir, $configuration),
        "tcp://127.0.0.1:$port",
        $root,
    );
    return ["http://127.0.0.1:$port/order.php", [$nginx, $fpm]];
}

/** @return list<string> the command of an nginx whose files are in $dir */
function nginx(string $dir, string $configuration): array
{
    $nginx = program('nginx');
    // Since 1.19.5; before it nginx opens its own log first, and complains when it cannot.
    $log = str_contains((string) shell_exec("$nginx -h 2>&1"), '-e filename') ? ['-e', "$dir/logs/nginx.log"] : [];
    return [$nginx, ...$log, '-p', $dir, '-c', $configuration];
}

/**
 * Starts Apache with mod_php and returns the URL of the pages. TEST_APACHE_PHP names the module of a PHP
 * built from source.
 *
 * @param array<string, string|int> $settings
 * @param bool $threads one process whose workers are threads, for a thread-safe PHP
 * @return array{string, list<Daemon>}
 */
function start_apache(WebRoot $root, int $workers, array $settings, array $environment = [], bool $threads = false): array
{
    $dir = $root->directory;
    $modules = current(array_filter(['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/libexec/apache2'], is_dir(...)));
    $version = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
    $load = '';
    $mpm = $threads ? 'mpm_worker' : 'mpm_prefork';
    foreach ([$mpm => "mod_$mpm.so", 'authz_core' => 'mod_authz_core.so', 'env' => 'mod_env.so'] as $name => $file) {
        if (is_file("$modules/$file")) {
            $load .= "LoadModule {$name}_module $modules/$file\n";
        }
    }
    $php = current(array_filter([(string) getenv('TEST_APACHE_PHP'), "$modules/libphp$version.so", "$modules/libphp.so"], is_file(...)));
    if ($php === false) {
        throw new RuntimeException("Apache's module of PHP $version is not installed");
    }
    $ini = '';
    foreach ($root->load() + $settings as $name => $value) {
        $ini .= "$name = \"$value\"\n";
    }
    $root->write('php.ini', $ini);
    $variables = implode('', array_map(static fn ($name, $value) => "SetEnv $name \"$value\"\n", array_keys($environment), $environment));
    $worker = worker_user();
    $identity = $worker === null ? '' : "User {$worker['user']}\nGroup {$worker['group']}\n";
    $limits = $threads
        ? "ServerLimit 1\nStartServers 1\nThreadLimit $workers\nThreadsPerChild $workers\nMaxSpareThreads $workers\n"
        : "StartServers $workers\nMinSpareServers 1\nMaxSpareServers $workers\n";
    $port = free_port();
    $configuration = $root->write('apache.conf', <<<CONF
        {$load}LoadModule php_module $php
        {$identity}ServerRoot $dir
        DefaultRuntimeDir $dir/tmp
        PidFile $dir/apache.pid
        Mutex file:$dir/tmp default
        Listen 127.0.0.1:$port
        ServerName 127.0.0.1
        ErrorLog $dir/logs/apache.log
        {$limits}MaxRequestWorkers $workers
        PHPIniDir $dir
        DocumentRoot $dir/pages
        {$variables}<Directory $dir/pages>
            Require all granted
        </Directory>
        <FilesMatch \.php$>
            SetHandler application/x-httpd-php
        </FilesMatch>
        CONF);
    $apache = new Daemon(
        [program('apache2', 'httpd'), '-f', $configuration, '-DFOREGROUND'],
        "tcp://127.0.0.1:$port",
        $root,
        ['PHP_INI_SCAN_DIR' => ''], // excludes the configuration of the installed Apache
    );
    return ["http://127.0.0.1:$port/order.php", [$apache]];
}

/** The URL of another page in the same directory. */
function beside(string $url, string $page): string
{
    return substr($url, 0, strrpos($url, '/') + 1) . $page;
}

/** The output of a page, decoded when it is JSON. */
function page(string $url, array $query): mixed
{
    $text = file_get_contents("$url?" . http_build_query($query), false, stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 20]]));
    return json_decode((string) $text, true) ?? $text;
}

/**
 * Requests many pages concurrently.
 *
 * @param list<array> $queries
 * @return list<mixed> their outputs, in the same sequence
 */
function pages(string $url, array $queries): array
{
    $address = 'tcp://' . parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT);
    $streams = [];
    foreach ($queries as $query) {
        $stream = stream_socket_client($address, timeout: 5);
        fwrite($stream, 'GET ' . parse_url($url, PHP_URL_PATH) . '?' . http_build_query($query) . " HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
        $streams[] = $stream;
    }
    return array_map(static function ($stream): mixed {
        $answer = (string) stream_get_contents($stream);
        fclose($stream); // a server waits for it before it takes the next page
        $text = substr((string) strstr($answer, "\r\n\r\n"), 4);
        return json_decode($text, true) ?? $text;
    }, $streams);
}
