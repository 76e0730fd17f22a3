<?php
/*
 * Records how the installed php-curl treats proxy settings. libcurl.json is the record of libcurl 7.88;
 * the tests of the client crate compare crates/client/src/proxy.rs with it. To regenerate it:
 *
 *     php php-tests/proxy/oracle.php > php-tests/proxy/libcurl.json
 */
declare(strict_types=1);

const VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY', 'no_proxy', 'NO_PROXY'];

/** @return list<array{string, list<string>, list<string>}> no_proxy, hosts that bypass the proxy, hosts that use it */
function no_proxy_cases(): array
{
    $lists = [
        '*', ' *', '*,a', 'a,*', '*.example.com', '', ',', '.', '..', 'example.com', '.example.com', '..example.com', 'example.com.',
        '.example.com.', 'example.com..', 'EXAMPLE.com', 'xample.com', 'com', 'shop.example.com', 'a.shop.example.com', 'example.com:8080',
        'a,example.com', 'a, example.com', 'a example.com', 'a  ,, example.com', ', example.com', "a\texample.com", "a\nexample.com",
        'a;example.com', 'http://example.com', 'example.com/', 'example.co', '127.0.0.1', '127.0.0.1.', '.127.0.0.1', '127.0.0.0/8',
        '127.0.0.1/0', '127.0.0.2/0', '127.0.0.0/7', '126.0.0.0/7', '127.0.0.0/33', '127.0.0.0/-1', '127.0.0.0/+8', '127.0.0.0/8x',
        '127.0.0.1/x', '127.0.0.1/32', '127.0.0.0/32', '127.0.0.0/31', '127.0.0/8', '127.1', '127.0.0.01', '0177.0.0.1', '127.0.0.1:80', '127.0.0.0/8/8',
        '127.0.0.0/4294967304', '127.0.0.1/', '0.0.1', 'localhost', '.localhost', '::1', '[::1]', '::1/128', '::/0', '[::1]:80',
        '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::FFFF:7f00:1', '2001:db8::1', '2001:DB8::1', '2001:db8::/32', '2001:db8:0:0::1',
        str_repeat('0', 127) . '127.0.0.1', 'xn--bcher-kva.example', 'bücher.example',
    ];
    $hosts = [
        'example.com', 'EXAMPLE.COM', 'example.com.', 'shop.example.com', 'a.shop.example.com', 'notexample.com', 'com', 'localhost',
        '127.0.0.1', '127.1', '0x7f.0.0.1', '127.0.0.2', '126.0.0.1', '[::1]', '[0:0:0:0:0:0:0:1]', '[2001:db8::1]', '[2001:DB8:0:0::1]',
        '[::ffff:127.0.0.1]', 'xn--bcher-kva.example',
    ];
    $cases = array_map(static fn (string $list): array => [$list, $hosts], $lists);
    mt_srand(20230220);
    $pick = static fn (array $of): string => (string) $of[mt_rand(0, count($of) - 1)];
    $name = static function () use ($pick): string {
        $labels = [];
        for ($count = mt_rand(1, 3); $count > 0; $count--) {
            $labels[] = $pick(['a', 'b', 'A', 'ab']);
        }
        return implode('.', $labels);
    };
    $address = static fn (): string => implode('.', [10, mt_rand(0, 1), mt_rand(0, 3), mt_rand(0, 255)]);
    for ($i = 0; $i < 800; $i++) {
        $list = '';
        for ($count = mt_rand(1, 3); $count > 0; $count--) {
            $list .= $pick(['', '', '', '.']);
            $list .= mt_rand(0, 1) ? $name() : $address() . $pick(['', '/' . mt_rand(0, 40), '/' . mt_rand(8, 32)]);
            $list .= $pick(['', '', '.', ':80']) . $pick([',', ', ', ' ', ' , ', ',,', "\t"]);
        }
        $cases[] = [$list, [mt_rand(0, 1) ? $name() . $pick(['', '', '.']) : $address()]];
    }
    return array_map(static function (array $case): array {
        [$list, $hosts] = $case;
        $went = static fn (string $host): string => went_to("http://$host/", ['all_proxy' => 'http://127.0.0.1:1', 'no_proxy' => $list]);
        $direct = array_values(array_filter($hosts, static fn (string $host): bool => $went($host) === 'endpoint'));
        return [$list, $direct, array_values(array_diff($hosts, $direct))];
    }, $cases);
}

/** @return list<array{string, array<string, string>, ?string, ?string}> URL, environment, CURLOPT_PROXY, destination of the request */
function environment_cases(): array
{
    $p = static fn (int $port): string => "http://127.0.0.1:$port";
    $environments = [[]];
    foreach (VARIABLES as $i => $variable) {
        if (!str_starts_with(strtolower($variable), 'no_')) {
            $environments[] = [$variable => $p($i + 1)];
        }
    }
    array_push(
        $environments,
        ['http_proxy' => $p(1), 'HTTP_PROXY' => $p(2), 'all_proxy' => $p(5), 'ALL_PROXY' => $p(6)],
        ['HTTP_PROXY' => $p(2), 'all_proxy' => $p(5)],
        ['https_proxy' => $p(3), 'HTTPS_PROXY' => $p(4), 'all_proxy' => $p(5)],
        ['all_proxy' => $p(5), 'ALL_PROXY' => $p(6)],
        ['http_proxy' => '', 'https_proxy' => '', 'HTTPS_PROXY' => $p(4), 'all_proxy' => $p(5)],
        ['all_proxy' => '', 'ALL_PROXY' => $p(6)],
        ['http_proxy' => ' ', 'https_proxy' => ' ', 'all_proxy' => $p(5)],
        ['all_proxy' => $p(5), 'no_proxy' => 'example.com', 'NO_PROXY' => 'other'],
        ['all_proxy' => $p(5), 'no_proxy' => 'other', 'NO_PROXY' => 'example.com'],
        ['all_proxy' => $p(5), 'no_proxy' => '', 'NO_PROXY' => 'example.com'],
        ['all_proxy' => $p(5), 'NO_PROXY' => '*'],
        ['all_proxy' => 'gopher://127.0.0.1:1', 'no_proxy' => '*'],
        ['All_Proxy' => $p(5), 'Http_Proxy' => $p(1), 'Https_Proxy' => $p(3)],
    );
    $cases = [];
    foreach ($environments as $environment) {
        foreach (['http://example.com/', 'https://example.com/', 'HTTPS://127.0.0.1/', 'http://localhost/'] as $url) {
            foreach ([null, $p(9)] as $setting) {
                $cases[] = [$url, (object) $environment, $setting, went_to($url, $environment, $setting)];
            }
        }
    }
    return $cases;
}

/**
 * @return list<array{string, list<?string>|string}> a value of CURLOPT_PROXY, and how libcurl uses
 *         it: kind, host:port, user, password (these two in base64), `refused` or, in spite of the
 *         value, `endpoint`
 */
function value_cases(): array
{
    $values = [
        'proxy.test', 'proxy.test:PORT', 'http://proxy.test', 'http://proxy.test:PORT', 'HTTP://PROXY.test:PORT/', 'http://proxy.test:PORT/path?query#x',
        'proxy.test:PORT/path', 'http:/proxy.test:PORT', 'http:///proxy.test:PORT', 'http:////proxy.test:PORT', 'http:proxy.test:PORT', '//proxy.test:PORT',
        'http://proxy.test:', 'proxy.test:', 'http://:PORT', ':PORT', 'http://', 'http:', '://proxy.test', 'http://proxy.test:80', 'http://proxy.test:080', 'http://proxy.test:0PORT',
        'https://proxy.test', 'https://proxy.test:443', 'https://proxy.test:PORT', 'http://proxy.test:65536', 'http://proxy.test:-1', 'http://proxy.test:PORTx', 'http://proxy.test: PORT',
        'socks://proxy.test:PORT', 'socks4://proxy.test:PORT', 'socks4a://proxy.test:PORT', 'socks5://proxy.test:PORT', 'socks5h://proxy.test:PORT', 'SOCKS5H://proxy.test',
        'socks4://proxy.test', 'socks5://proxy.test/path', 'socks6://proxy.test', 'ftp://proxy.test:PORT', 'ftp.proxy.test:PORT', 'IMAP.proxy.test:PORT', 'http://ftp.proxy.test:PORT',
        'file:///proxy', 'quic+http://proxy.test', '1http://proxy.test',
        'http://user:secret@proxy.test:PORT', 'user:secret@proxy.test:PORT', 'user@proxy.test:PORT', ':secret@proxy.test:PORT', '@proxy.test:PORT', ':@proxy.test:PORT',
        'http://us%20er:se%3Ac%40ret%25@proxy.test:PORT', 'http://us%3Aer:s:e:c@proxy.test:PORT', 'http://u%ffr:%zz%4@proxy.test:PORT', 'http://us er:secret@proxy.test:PORT',
        'http://user;auth=x:se;cret@proxy.test:PORT', 'http://usér:sé@proxy.test:PORT', 'http://user:sec@ret@proxy.test:PORT', 'http://user:sec/ret@proxy.test:PORT',
        'http://user:se%0acret@proxy.test:PORT', 'http://us%00er:secret@proxy.test:PORT', "http://user:se\x01cret@proxy.test:PORT", 'http://user:+plus@proxy.test:PORT',
        'https://user:secret@proxy.test:PORT', 'socks5://user:sec%20ret@proxy.test:PORT', 'socks5h://user@proxy.test:PORT', 'socks4://user:secret@proxy.test:PORT', 'socks4a://user@proxy.test:PORT',
        'http://[::1]:PORT', '[::1]:PORT', '[::1]', 'http://[::1]', 'http://user:secret@[::1]:PORT', 'http://[::1]PORT', 'http://[::1', 'http://[0:0:0:0:0:0:0:1]:PORT', '[::1', 'http://[::g]:PORT', '::1', 'http://[]:PORT', 'socks5://[::1]:PORT',
        '127.0.0.1:PORT', 'http://127.1:PORT', 'http://0x7f.0.0.1:PORT', 'http://2130706433:PORT', 'socks5://127.1:PORT',
        'http://proxy%2etest:PORT', 'http://pro%78y.test:PORT', 'socks5://pro%78y.test:PORT', 'http://pro%2578y.test:PORT', 'http://proxy.test%0a:PORT', 'http://pro_xy.test:PORT', 'http://pro!xy.test:PORT', 'http://pro{x}y.test:PORT', 'http://pro,xy.test:PORT',
        'http://pro xy.test:PORT', ' http://proxy.test:PORT', 'http://proxy.test:PORT ', "http://proxy.test:PORT\n", "http://proxy.test:PORT/\n", 'http://proxy.test:PORT/a b', "http://proxy.test:PORT/?\x7f",
        ' ', '/', '?', '#', 'http', 'direct://', 'none', 'PORT',
    ];
    $values = str_replace('PORT', (string) LISTENING, $values);
    return array_map(static fn (string $value): array => [$value, used($value)], $values);
}

/** `endpoint`, or host:port of the proxy that libcurl tried, or `refused` for an invalid value. */
function went_to(string $url, array $environment, ?string $proxy = null): string
{
    $handle = handle($url, $environment, $proxy);
    curl_setopt($handle, CURLOPT_CONNECT_TO, ['::127.0.0.1:2']);
    curl_exec($handle);
    if (preg_match('/Failed to connect to (\S+) port (\d+)/', curl_error($handle), $found)) {
        return $found[2] === '2' ? 'endpoint' : "$found[1]:$found[2]";
    }
    if (preg_match('/^Unsupported proxy/', curl_error($handle))) {
        return 'refused';
    }
    throw new RuntimeException("$url " . json_encode($environment) . ": " . curl_error($handle));
}

/** The port that PORT stands for in the values above. */
const LISTENING = 31280;

/**
 * Connects libcurl to a proxy that answers just enough to get the credentials.
 *
 * @return list<?string>|string kind, host:port, user, password; `refused` or `endpoint`
 */
function used(string $value): array|string
{
    static $listeners = null;
    $listeners ??= array_map(static fn (string $address) => stream_socket_server("tcp://$address:" . LISTENING), ['127.0.0.1', '[::1]']);
    $handle = handle('http://target.test:2/', [], $value);
    curl_setopt($handle, CURLOPT_RESOLVE, array_map(static fn (int $port): string => "*:$port:127.0.0.1", [0, 2, 80, 443, 1080, LISTENING]));
    curl_setopt($handle, CURLOPT_VERBOSE, true);
    curl_setopt($handle, CURLOPT_STDERR, $notes = tmpfile());
    $multi = curl_multi_init();
    curl_multi_add_handle($multi, $handle);
    $streams = $listeners;
    $seen = '';
    $greeting = null;
    for ($end = hrtime(true) + 5e9; $greeting === null && hrtime(true) < $end;) {
        curl_multi_exec($multi, $running);
        if ($running === 0) {
            break;
        }
        $ready = $streams;
        $none = null;
        if (stream_select($ready, $none, $none, 0, 1000) > 0) {
            $stream = current($ready);
            if (in_array($stream, $listeners, true)) {
                $streams = [stream_socket_accept($stream, 1)];
            } else {
                $seen .= fread($stream, 4096);
                $greeting = greeting($stream, $seen);
            }
        }
    }
    curl_multi_info_read($multi);
    rewind($notes);
    $notes = stream_get_contents($notes);
    $error = curl_error($handle);
    curl_multi_remove_handle($multi, $handle);
    if (preg_match('/(?:Connected|Failed to connect) to (\S+).* port (\d+)/', $notes, $found)) {
        return $found[2] === '2' ? 'endpoint' : [$greeting[0] ?? null, "$found[1]:$found[2]", ...array_map(
            static fn (string $part): string => base64_encode($part),
            array_slice($greeting ?? [], 1),
        )];
    }
    if (preg_match('/Unsupported proxy/', $notes)) {
        return 'refused';
    }
    throw new RuntimeException(json_encode($value) . ": $error\n$notes");
}

/** @return ?list<string> kind of proxy, user, password; null while the client has more to send */
function greeting($stream, string &$seen): ?array
{
    switch ($seen[0] ?? '') {
        case '':
            return null;
        case "\x16":
            return ['https'];
        case "\4":
            $user = explode("\0", substr($seen, 8));
            return [str_starts_with(substr($seen, 4), "\0\0\0") ? 'socks4a' : 'socks4', ...($user[0] === '' ? [] : [$user[0], ''])];
        case "\5":
            $methods = substr($seen, 2, ord($seen[1] ?? "\0"));
            $rest = substr($seen, 2 + strlen($methods));
            if (str_contains($methods, "\2")) {
                if ($rest === '') {
                    fwrite($stream, "\5\2");
                    return null;
                }
                $user = substr($rest, 2, ord($rest[1]));
                return ['socks5', $user, substr($rest, 3 + strlen($user))];
            }
            return ['socks5'];
        default:
            if (!str_contains($seen, "\r\n\r\n")) {
                return null;
            }
            preg_match('/^Proxy-Authorization: Basic (\S*)/im', $seen, $found);
            return ['http', ...($found === [] ? [] : explode(':', base64_decode($found[1]), 2))];
    }
}

function handle(string $url, array $environment, ?string $proxy): CurlHandle
{
    foreach (VARIABLES as $variable) {
        putenv($variable);
    }
    foreach ($environment as $variable => $value) {
        putenv("$variable=$value");
    }
    $handle = curl_init($url);
    curl_setopt($handle, CURLOPT_CONNECTTIMEOUT, 5);
    curl_setopt($handle, CURLOPT_RETURNTRANSFER, true);
    if ($proxy !== null) {
        curl_setopt($handle, CURLOPT_PROXY, $proxy);
    }
    return $handle;
}

/** The whole table, one case a line. */
function oracle(): string
{
    $tables = ['no_proxy' => no_proxy_cases(), 'environment' => environment_cases(), 'values' => value_cases()];
    $text = '';
    foreach ($tables as $name => $cases) {
        $lines = array_map(static fn (array $case): string => json_encode($case, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES), $cases);
        $text .= ($text === '' ? '{' : ",\n") . json_encode($name) . ":[\n" . implode(",\n", $lines) . "\n]";
    }
    return "$text}\n";
}

if (realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    echo oracle();
}
