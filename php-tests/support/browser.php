<?php
/*
 * Chromium without a window, driven by chromedriver over the WebDriver protocol
 * (https://www.w3.org/TR/webdriver2/), and the programs whose pages it opens.
 */
declare(strict_types=1);

/** A program in the foreground. A shell between it and the test stops it when the test is gone. */
final class Program
{
    /** @var resource */
    private $process;
    /** @var resource */
    private $leash;
    private readonly string $log;

    /**
     * Starts the command and waits until a line of its output matches.
     *
     * @param string $directory what is removed when it has ended
     */
    public function __construct(array $command, string $ready, array $environment = [], string $directory = '')
    {
        $this->log = tempnam(sys_get_temp_dir(), 'spread-program-');
        // A browser outlives its driver for a moment, and writes into its directory.
        $script = <<<'SH'
            "$@" & program=$!
            read -r _
            kill "$program" 2>/dev/null
            wait "$program"
            [ -n "$0" ] || exit
            for _ in $(seq 100); do
                ps axo args | grep -q "[u]ser-data-dir=$0/" || break
                sleep 0.1
            done
            rm -rf "$0"
            SH;
        $this->process = proc_open(
            ['/bin/sh', '-c', $script, $directory, ...$command],
            [['pipe', 'r'], ['file', $this->log, 'a'], ['file', $this->log, 'a']],
            $pipes,
            null,
            array_filter($environment + getenv(), is_string(...)),
        );
        $this->leash = $pipes[0];
        if (!wait_until(fn (): bool => preg_match($ready, $this->output()) === 1, 60)) {
            throw new RuntimeException("$command[0] did not start: " . $this->output());
        }
    }

    public function __destruct()
    {
        $this->stop();
        unlink($this->log);
    }

    public function output(): string
    {
        return (string) file_get_contents($this->log);
    }

    /** What a pattern's first group matches in the output. */
    public function said(string $pattern): string
    {
        return preg_match($pattern, $this->output(), $found) ? $found[1] : throw new RuntimeException("no $pattern in: " . $this->output());
    }

    public function stop(): void
    {
        if (is_resource($this->process)) {
            @fwrite($this->leash, "stop\n");
            fclose($this->leash);
            proc_close($this->process); // waits for the shell, which waits for the program
        }
    }
}

/** modules/spread-sandbox; skips the test without it. */
function sandbox_program(): string
{
    $program = dirname(extension_file()) . '/spread-sandbox';
    return is_executable($program) ? $program : die("skip $program is missing");
}

/** @return array{Program, string, string} a running sandbox, its endpoint, and the URL of its page */
function start_sandbox(string ...$options): array
{
    $sandbox = new Program([sandbox_program(), '--listen', '127.0.0.1:0', ...$options], '/^the page is .+\n/m');
    return [$sandbox, $sandbox->said('/^listening on (\S+)/m'), $sandbox->said('/^the page is (\S+)/m')];
}

/**
 * One request over a plain socket.
 *
 * @return array{status: int, head: string, body: string}
 */
function request(string $method, string $url, array $headers = [], string $body = ''): array
{
    $address = parse_url($url, PHP_URL_HOST) . ':' . parse_url($url, PHP_URL_PORT);
    $target = parse_url($url, PHP_URL_PATH) . (parse_url($url, PHP_URL_QUERY) === null ? '' : '?' . parse_url($url, PHP_URL_QUERY));
    $headers += ['Host' => $address, 'Connection' => 'close', 'Content-Length' => strlen($body), 'Content-Type' => 'application/x-www-form-urlencoded'];
    $lines = implode('', array_map(static fn ($name, $value) => $value === null ? '' : "$name: $value\r\n", array_keys($headers), $headers));
    $stream = stream_socket_client("tcp://$address", timeout: 20);
    fwrite($stream, "$method $target HTTP/1.1\r\n$lines\r\n$body");
    [$head, $body] = explode("\r\n\r\n", stream_get_contents($stream), 2) + ['', ''];
    return ['status' => (int) substr($head, 9, 3), 'head' => $head, 'body' => $body];
}

/** A browser with a profile of its own, which ends with the test. Needs --EXTENSIONS-- curl. */
final class Browser
{
    private const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

    /** Texts whose contrast is below that of WCAG 2.2, level AA. */
    private const CONTRAST = <<<'JS'
        const channels = (color) => color.match(/[\d.]+/g).map(Number);
        const light = (color) => channels(color).slice(0, 3).map((value) => value / 255)
            .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
            .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
        const ground = (element) => {
            for (; element !== null; element = element.parentElement) {
                const color = getComputedStyle(element).backgroundColor;
                if ((channels(color)[3] ?? 1) > 0) return color;
            }
            return "rgb(255, 255, 255)";
        };
        const poor = [];
        for (const element of document.body.querySelectorAll("*")) {
            const own = Array.from(element.childNodes).some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
            if (!own || element.closest(".skip, .hidden, option") !== null) continue;
            const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
            if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(`${element.outerHTML.slice(0, 80)} ${(a + 0.05) / (b + 0.05)}`);
        }
        return poor;
        JS;

    private readonly Program $driver;
    private readonly string $profile;
    private readonly string $session;
    private readonly CurlHandle $curl;

    public function __construct(string $language = 'en')
    {
        $this->curl = curl_init();
        $this->profile = sys_get_temp_dir() . '/spread-browser-' . bin2hex(random_bytes(6));
        mkdir($this->profile, 0700);
        // Chromium keeps files below these directories, too.
        $environment = ['HOME' => $this->profile, 'TMPDIR' => $this->profile, 'XDG_CONFIG_HOME' => $this->profile, 'XDG_CACHE_HOME' => $this->profile];
        $this->driver = new Program([program('chromedriver'), '--port=0'], '/started successfully on port \d+/', $environment, $this->profile);
        $driver = 'http://127.0.0.1:' . $this->driver->said('/started successfully on port (\d+)/') . '/session';
        $session = $this->call('POST', $driver, ['capabilities' => ['alwaysMatch' => [
            'goog:loggingPrefs' => ['browser' => 'ALL'],
            // What a dialog says is an error of the command that meets it.
            'unhandledPromptBehavior' => 'dismiss and notify',
            'goog:chromeOptions' => ['args' => [
                '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage',
                '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-proxy-server',
                // By a pipe: it ends when the driver is gone.
                '--remote-debugging-pipe', '--window-size=1200,900', "--user-data-dir={$this->profile}/data",
                "--lang=$language", "--accept-lang=$language",
            ]],
        ]]]);
        $this->session = "$driver/{$session['sessionId']}";
    }

    public function __destruct()
    {
        if (isset($this->session)) {
            $this->call('DELETE', $this->session);
        }
        if (isset($this->driver)) {
            $this->driver->stop();
        }
    }

    public function open(string $url): void
    {
        $this->call('POST', "$this->session/url", ['url' => $url]);
    }

    public function url(): string
    {
        return $this->call('GET', "$this->session/url");
    }

    /** The value that a script returns in the page. */
    public function run(string $script, mixed ...$arguments): mixed
    {
        return $this->call('POST', "$this->session/execute/sync", ['script' => $script, 'args' => $arguments]);
    }

    /** A command of the protocol by which developers inspect a page. */
    public function inspect(string $command, array $parameters): mixed
    {
        return $this->call('POST', "$this->session/goog/cdp/execute", ['cmd' => $command, 'params' => (object) $parameters]);
    }

    /** The text that a reader sees in the first element of a selector; empty without one. */
    public function text(string $selector): string
    {
        return $this->texts($selector)[0] ?? '';
    }

    /** @return list<string> */
    public function texts(string $selector): array
    {
        return $this->run('return Array.from(document.querySelectorAll(arguments[0]), (element) => element.innerText.trim())', $selector);
    }

    /** Waits until an element with a text is there; fails when none comes. */
    public function waitFor(string $selector, string $text): void
    {
        $sees = fn (): bool => array_filter($this->texts($selector), static fn ($seen) => str_contains($seen, $text)) !== [];
        holds("$selector shows $text", wait_until($sees, 30), implode("\n", $this->texts($selector)));
    }

    /** Waits until the browser is at an address that contains this, also of a page without JavaScript. */
    public function waitForUrl(string $part): void
    {
        $url = '';
        $is_there = function () use ($part, &$url): bool {
            $url = $this->url();
            return str_contains($url, $part);
        };
        holds("the address contains $part", wait_until($is_there, 30), $url);
    }

    public function click(string $selector): void
    {
        $this->call('POST', "$this->session/element/{$this->element($selector)}/click", []);
    }

    /** Types into an element; "\u{E007}" is the Enter key. */
    public function type(string $selector, string $text): void
    {
        $this->call('POST', "$this->session/element/{$this->element($selector)}/value", ['text' => $text]);
    }

    /** Presses a key for whatever has the focus. */
    public function press(string $key): void
    {
        $actions = [['type' => 'keyDown', 'value' => $key], ['type' => 'keyUp', 'value' => $key]];
        $this->call('POST', "$this->session/actions", ['actions' => [['type' => 'key', 'id' => 'keyboard', 'actions' => $actions]]]);
    }

    /** @return list<string> what the browser complained about since the last time */
    public function complaints(): array
    {
        return array_column($this->call('POST', "$this->session/se/log", ['type' => 'browser']), 'message');
    }

    /**
     * What makes the page hard to use: with a screen reader, with weak eyes, in light and in dark, on a phone.
     *
     * @return list<string>
     */
    public function faults(): array
    {
        $faults = $this->run(<<<'JS'
            const all = (selector) => Array.from(document.querySelectorAll(selector));
            const faults = (name, elements) => elements.map((element) => `${name}: ${element.outerHTML.slice(0, 100)}`);
            for (const details of all("details")) details.open = true;
            const ids = all("[id]").map((element) => element.id);
            const level = (heading) => heading === undefined ? 0 : Number(heading.localName[1]);
            return [
                ...faults("no label", all("input:not([type=hidden]), select").filter((field) => field.labels.length === 0)),
                ...faults("no scope", all("th:not([scope])")),
                ...faults("no name", all("a, button, summary").filter((element) => element.textContent.trim() === "")),
                ...faults("not the only one", all("[id]").filter((element) => ids.indexOf(element.id) !== ids.lastIndexOf(element.id))),
                ...faults("skips a level", all("h1, h2, h3, h4").filter((heading, index, all) => level(heading) > level(all[index - 1]) + 1)),
            ];
            JS);
        foreach (['light', 'dark'] as $scheme) {
            $this->inspect('Emulation.setEmulatedMedia', ['features' => [['name' => 'prefers-color-scheme', 'value' => $scheme]]]);
            foreach ($this->run(self::CONTRAST) as $poor) {
                $faults[] = "poor contrast in $scheme: $poor";
            }
        }
        // Tables may be moved sideways on a phone, the page not.
        $this->inspect('Emulation.setDeviceMetricsOverride', ['width' => 360, 'height' => 640, 'deviceScaleFactor' => 1, 'mobile' => false]);
        if ($this->run('return document.documentElement.scrollWidth > document.documentElement.clientWidth')) {
            $faults[] = 'wider than a phone';
        }
        $this->inspect('Emulation.clearDeviceMetricsOverride', []);
        return $faults;
    }

    /** The window's content as a PNG. */
    public function picture(): string
    {
        return base64_decode($this->call('GET', "$this->session/screenshot"));
    }

    private function element(string $selector): string
    {
        return $this->call('POST', "$this->session/element", ['using' => 'css selector', 'value' => $selector])[self::ELEMENT];
    }

    private function call(string $method, string $url, ?array $body = null): mixed
    {
        curl_setopt_array($this->curl, [
            CURLOPT_URL => $url,
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_POSTFIELDS => $body === null ? '' : json_encode((object) $body, JSON_THROW_ON_ERROR),
            CURLOPT_HTTPHEADER => ['Content-Type: application/json'],
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_PROXY => '',
            CURLOPT_TIMEOUT => 120,
        ]);
        $answer = curl_exec($this->curl);
        if ($answer === false) {
            throw new RuntimeException("$url: " . curl_error($this->curl));
        }
        $value = json_decode($answer, true)['value'] ?? null;
        if (is_array($value) && isset($value['error'])) {
            throw new RuntimeException("$url: {$value['error']}: {$value['message']}");
        }
        return $value;
    }
}
