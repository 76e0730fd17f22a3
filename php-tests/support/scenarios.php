<?php
/*
 * The scenarios of the differential tests: the servers' answers, and the rows of parity/LEDGER.md by
 * which spread differs from the snippet. differential.php, which is loaded first, describes the form.
 */
declare(strict_types=1);

/** All scenarios by group; parity/exchange_GROUP.phpt plays one group. */
function scenarios(): array
{
    return [
        'locations' => locations(), 'redirects' => redirects(), 'origins' => origins(), 'challenges' => challenges(), 'answers' => answers(),
    ];
}

/** Every kind of reference in a `Location`, for an order sent to /api/updateOrder?x=1. */
function locations(): array
{
    $first = 'home POST /api/updateOrder?x=1 -';
    $follows = static fn (string $path): array => ['requests' => [$first, "home POST $path -"], 'value' => 'there', 'error' => null];
    $as = static fn (string $path): array => ['normalised' => $follows($path)];
    $control = ['control-bytes' => ['error' => 'Spread\ResponseException 302', 'response' => 'moved']];

    $references = [
        // targets
        '{home}/b', '//127.0.0.1:{home:port}/b', '/b', 'b', './b', '../b', '../../../b', '/a/../b', '/a/./b', '/a//b', 'b/..', 'b/.', 'b/', '..', '.',
        '/..', '/../b', '?q=2', '?q=/../b', '/b#f', '/b?q#f', '/b#f?q', '  /b  ', "/b\t", '{home}', '{home}/', '{home}?q', '{home}#f', '{home}/../b',
        '{home}/b/../../c', '{home}/a/./b', '/b;c=d', '/b?c=d?e=f&g', '/b?c#d#e', '/a:b', './a:b', '/' . str_repeat('x', 8000), '{dead}/',
        'HTTP://127.0.0.1:{home:port}/b', 'http://127.0.0.1:0{home:port}/b', 'http:///127.0.0.1:{home:port}/b',
        'http://127.1:{home:port}/b', 'http://2130706433:{home:port}/b', 'http://0x7f.1:{home:port}/b', 'http://0177.0.0.1:{home:port}/b',
        'http://user:other@127.0.0.1:{home:port}/b', '//user:other@127.0.0.1:{home:port}/b', 'http://user@127.0.0.1:{home:port}/b', 'http://:@127.0.0.1:{home:port}/b',
        // spellings
        '/a%20b%2fc', '/a%2Fb', '/%C3%A9', '/b%', '/b%zz', '/%00', '/b%3Fc', '/a b?c d', 'a b', '?a b', '/a+b', '/été', '/été?é=é', "/\xe9t\xe9", "/b?\xe9",
        "/\xff\xfe", '/|', '/[]', '/^', "/'", '/!$&()*,:=@~-._',
        // invalid URLs, and URLs that are not followed
        '//', 'http://', ':', 'http://:80/', 'http://[::1', 'http://[x]/', 'http://127.0.0.1:99999/b', 'http://127.0.0.1:-1/b', 'http://127.0.0.1:x/b',
        'http://127.0.0.1:{home:port}:1/b', 'http://a b/', 'http://a<b/', 'x://127.0.0.1/', 'file:///etc/hostname', 'gopher://127.0.0.1:{dead:port}/_x', 'data:,x',
        'javascript:1', 'mailto:a@example.com', 'dict://127.0.0.1:{dead:port}/', 'ws://127.0.0.1:{dead:port}/', 'HTTPS://127.0.0.1:{dead:port}/', 'b:c',
    ];
    $differ = [
        '' => ['status'], ' ' => ['status'], "\t" => ['status'],
        '#f' => ['fragment' => $follows('/api/updateOrder?x=1')],
        '?' => $as('/api/updateOrder?'), '/b?' => $as('/b?'), '/b?#' => $as('/b?'),
        '/%2e%2e/b' => $as('/b'), '/b/%2e' => $as('/b/'), '/a\\b' => $as('/a/b'), '\\b' => $as('/b'),
        '/"' => $as('/%22'), '/<>' => $as('/%3C%3E'), '/`' => $as('/%60'), '/{x}' => $as('/%7Bx%7D'),
        '/?q=|"<>[]^`{x}\'\\' => $as('/?q=|%22%3C%3E[]^`{x}%27\\'),
        'http://LOCALHOST:{home:port}/b' => ['normalised' => ['requests' => [$first, 'home@localhost POST /b -']], 'other-origin'],
        'http://local%68ost:{home:port}/b' => ['other-origin'],
        'http:/b' => ['lenient-url' => $follows('/b')], 'http:b' => ['lenient-url' => $follows('/api/b')], 'http:' => ['lenient-url' => $follows('/api/updateOrder?x=1')],
        'http://127.0.0.1.:{home:port}/b' => ['lenient-url' => $follows('/b')], "/a\tb" => ['lenient-url' => $follows('/a%09b')],
        '///127.0.0.1:{home:port}/b' => ['empty-host' => ['requests' => [$first], 'value' => false, 'error' => 'Spread\ConnectionException']],
        "http://127.0.0.1\x01:{home:port}/b" => $control, "/b\x01c" => $control, "/b\x7fc" => $control,
    ];
    // Later libcurls read these like spread, or escape where 7.88 refuses.
    $control = ['control-bytes' => ['requests' => [$first], 'value' => false, 'error' => 'Spread\ResponseException 302', 'response' => 'moved']];
    $since = array_map(static fn (array $rows): array => ['8.0' => $rows], [
        '#f' => [], '/%2e%2e/b' => [], '/b/%2e' => [], "/a\tb" => [], "/b\x01c" => $control, "/b\x7fc" => $control,
    ]);
    foreach (['/a%20b%2fc', '/été', '/été?é=é', "/\xe9t\xe9", "/b?\xe9", "/\xff\xfe"] as $escaped) {
        $lower = preg_replace_callback('/[\x80-\xff]/', static fn (array $byte): string => sprintf('%%%02x', ord($byte[0])), $escaped);
        $since[$escaped]['8.21'] = ['letter-case' => $follows($lower)];
    }
    $since['http://127.0.0.1.:{home:port}/b']['8.21'] = [];
    $scenarios = [];
    foreach (array_fill_keys($references, []) + $differ as $location => $rows) {
        $name = 'to ' . json_encode(substr($location, 0, 60), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE);
        $scenarios[$name] = [
            'path' => '/api/updateOrder?x=1',
            'home' => [moved($location), answer_json('there')],
            'rows' => $rows,
            'since' => $since[$location] ?? [],
        ];
    }
    return $scenarios;
}

/** Statuses, limits and bodies of redirects. */
function redirects(): array
{
    $there = answer_json('there');
    $scenarios = [];
    foreach (range(300, 308) as $status) {
        $scenarios["$status"] = ['home' => [moved('/b', $status, in_array($status, [304], true) ? '' : 'moved'), $there]];
    }
    foreach ([200, 201, 202] as $status) {
        $scenarios["$status with Location"] = ['home' => [moved('/b', $status, '"stay"'), $there]];
    }
    foreach ([400, 403, 500, 503] as $status) {
        $scenarios["$status with Location"] = ['home' => [moved('/b', $status, '"stay"'), $there], 'rows' => ['status']];
    }
    foreach ([301, 302, 303, 307, 308] as $status) {
        $scenarios["$status without Location"] = ['home' => [answer($status, [], 'nowhere'), $there], 'rows' => ['status']];
    }
    foreach ([300, 304, 305, 306, 399] as $status) {
        $scenarios["$status without Location, with an empty body"] = ['home' => [answer($status), $there], 'rows' => ['status']];
    }
    $chain = [];
    foreach ([301, 302, 303, 307, 308] as $step => $status) {
        $chain[] = moved("/step$step", $status);
    }
    $scenarios += [
        'a chain of five' => ['home' => [...$chain, $there]],
        'a chain that ends in 500' => ['home' => [...$chain, answer_json(['error' => 1], 500)], 'rows' => ['status']],
        'a chain of references' => ['home' => [moved('a/'), moved('../b?c'), moved('?d'), moved('e'), $there]],
        'two Location headers' => [
            'home' => [answer(302, ['Location: /one', 'Location: /two'], 'moved'), $there],
            'since' => ['8.21' => ['two-locations' => ['requests' => ['home POST /api/updateOrder?x=1 -', 'home POST /one -'], 'value' => 'there', 'error' => null]]],
        ],
        'an empty Location, then one' => ['home' => [answer(302, ['Location: ', 'Location: /two'], 'moved'), $there]],
        'a Location, then an empty one' => ['home' => [answer(302, ['Location: /one', 'Location: '], 'moved'), $there]],
        'a malformed Location, then one' => ['home' => [answer(302, ['Location: http://[', 'Location: /two'], 'moved'), $there]],
        'location in lower case' => ['home' => [answer(302, ['location:/b'], 'moved'), $there]],
        'Content-Location and Refresh' => ['home' => [answer(200, ['Content-Location: /b', 'Refresh: 0; url=/b'], '"stay"'), $there]],
        'a redirect with a chunked body' => ['home' => ["HTTP/1.1 302 Found\r\nLocation: /b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nmoved\r\n0\r\n\r\n", $there]],
        'a redirect with a body until the end' => ['home' => [closing("HTTP/1.1 302 Found\r\nLocation: /b\r\n\r\nmoved"), $there]],
        'a redirect that closes' => ['home' => [answer(302, ['Location: /b', 'Connection: close'], 'moved'), $there]],
        'a redirect in HTTP/1.0' => ['home' => [closing("HTTP/1.0 302 Found\r\nLocation: /b\r\n\r\nmoved"), $there]],
        'a redirect cut in its body' => [
            'home' => [closing("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 10\r\n\r\nmoved"), $there],
            'since' => ['8.0' => ['cut-round' => ['requests' => ['home POST /api/updateOrder?x=1 -', 'home POST /b -'], 'value' => 'there', 'error' => null]]],
        ],
        'a redirect with a body of 100 KB' => ['home' => [moved('/b', 302, str_repeat('m', 100_000)), $there]],
        'a redirect with a body of 9 MB' => ['home' => [moved('/b', 302, str_repeat('m', 9_000_000)), $there]],
        'a redirect that sets cookies' => ['home' => [answer(302, ['Location: /b', 'Set-Cookie: a=b; Path=/'], 'moved'), $there]],
        'to itself endlessly' => ['home' => moved('/api/updateOrder?x=1')],
        'a redirect loop' => ['home' => paths(['/a' => moved('/b'), '/b' => moved('/api/updateOrder'), moved('/a')])],
        'longer and longer' => ['home' => moved('x/y')],
        '20 redirects' => ['home' => [...array_fill(0, 20, moved('/b')), $there]],
        '21 redirects' => ['home' => [...array_fill(0, 21, moved('/b')), $there]],
        'a large order' => ['home' => [moved('/b', 307), $there], 'order' => ['data' => ['order_idorder' => 'first', 'long' => str_repeat('x', 900_000)], 'request' => []]],
    ];
    foreach ([0, 1, 2] as $limit) {
        foreach ([0, 1, 2, 3] as $count) {
            $scenarios["$count redirects of $limit"] = [
                'home' => [...array_fill(0, $count, moved('/b')), $there],
                'settings' => ['max_redirects' => $limit],
                'options' => [CURLOPT_MAXREDIRS => $limit],
            ];
        }
    }
    return $scenarios;
}

/** Redirects between origins, and the credentials that each origin gets. */
function origins(): array
{
    $there = answer_json('there');
    $away = paths(['/api/updateOrder' => moved('{away}/away', 307), $there]);
    $scenarios = [
        'another port' => ['home' => $away, 'away' => $there, 'rows' => ['other-origin']],
        'another port, and back' => ['home' => $away, 'away' => moved('{home}/back')],
        'another port that answers nothing' => ['home' => $away, 'away' => answer(204), 'rows' => ['other-origin']],
        'another port that answers with text' => ['home' => $away, 'away' => answer(200, [], 'Please log in'), 'rows' => ['other-origin']],
        'another port that answers with a page' => ['home' => $away, 'away' => answer(201, [], '<html>'), 'rows' => ['other-origin']],
        'another host' => ['home' => [moved('{home@localhost}/b'), $there], 'rows' => ['other-origin']],
        'another host, and back' => ['home' => [moved('{home@localhost}/b'), moved('{home}/c'), $there]],
        'home with a challenge, then another port' => ['home' => paths(['/api/updateOrder' => asks(moved('{away}/away')), $there]), 'away' => $there, 'rows' => ['other-origin', 'remembered']],
        'home with a challenge, then another port, and back' => ['home' => asks(paths(['/api/updateOrder' => moved('{away}/away'), $there])), 'away' => moved('{home}/back'), 'rows' => ['back-home' => ['value' => 'there', 'requests' => ['home POST /api/updateOrder?x=1 -', 'home POST /api/updateOrder?x=1 Basic', 'away POST /away -', 'home POST /back Basic']], 'remembered'], 'since' => ['8.21' => ['remembered']]],
        'home with a challenge, then another host' => ['home' => asks(moved('{home@localhost}/b')), 'rows' => ['status', 'remembered']],
        'another port with a challenge' => ['home' => $away, 'away' => asks($there), 'rows' => ['status']],
        'another port with a Digest challenge' => ['home' => $away, 'away' => asks($there, 'Digest realm="r", nonce="n"'), 'rows' => ['status']],
        'challenges of both' => ['home' => paths(['/api/updateOrder' => asks(moved('{away}/away')), $there]), 'away' => asks($there), 'rows' => ['status', 'remembered']],
        'another port, and back to a challenge' => ['home' => paths(['/back' => asks($there), moved('{away}/away')]), 'away' => moved('{home}/back'), 'rows' => ['back-home' => ['value' => 'there', 'requests' => ['home POST /api/updateOrder?x=1 -', 'away POST /away -', 'home POST /back -', 'home POST /back Basic']], 'remembered'], 'since' => ['8.21' => ['remembered']]],
        'user and password for another port' => ['home' => moved('http://user:other@127.0.0.1:{away:port}/away'), 'away' => $there, 'rows' => ['other-origin']],
        'user and password for another port with a challenge' => ['home' => moved('http://user:other@127.0.0.1:{away:port}/away'), 'away' => asks($there), 'rows' => ['foreign-401' => ['requests' => ['home POST /api/updateOrder?x=1 -', 'away POST /away -']], 'status'], 'since' => ['8.21' => ['foreign-401' => ['requests' => ['home POST /api/updateOrder?x=1 -', 'away POST /away -'], 'value' => false, 'error' => 'Spread\AuthenticationException 401', 'response' => 'who are you?']]]],
        'http to https' => ['home' => $away, 'away' => $there, 'tls' => ['away'], 'rows' => ['other-origin']],
        'http to https with a challenge' => ['home' => $away, 'away' => asks($there), 'tls' => ['away'], 'rows' => ['status']],
        'http with a challenge to https' => ['home' => asks(moved('{away}/away')), 'away' => $there, 'tls' => ['away'], 'rows' => ['other-origin', 'remembered']],
        'http to https and back' => ['home' => $away, 'away' => moved('{home}/back'), 'tls' => ['away'], 'rows' => ['downgrade']],
        'https to https' => ['home' => $away, 'away' => $there, 'tls' => ['home', 'away'], 'rows' => ['other-origin'], 'auto' => ['at-once']],
        'https with a challenge to https' => ['home' => asks(moved('{away}/away')), 'away' => $there, 'tls' => ['home', 'away'], 'rows' => ['other-origin', 'remembered'], 'auto' => ['at-once']],
        'https to https and back' => ['home' => $away, 'away' => moved('{home}/back'), 'tls' => ['home', 'away'], 'auto' => ['at-once']],
        'https to http' => ['home' => $away, 'away' => $there, 'tls' => ['home'], 'rows' => ['downgrade'], 'auto' => ['at-once']],
        'https with a challenge to http' => ['home' => asks(moved('{away}/away')), 'away' => $there, 'tls' => ['home'], 'rows' => ['downgrade', 'remembered'], 'auto' => ['at-once']],
        'https to https to http' => ['home' => $away, 'away' => moved('{third}/third'), 'third' => $there, 'tls' => ['home', 'away'], 'rows' => ['downgrade'], 'auto' => ['at-once']],
        'https to http on the same port' => ['home' => moved('http://127.0.0.1:{home:port}/b'), 'tls' => ['home'], 'since' => ['8.0' => ['downgrade' => ['requests' => ['home POST /api/updateOrder?x=1 -']]], '8.21' => []], 'auto' => ['at-once']],
        'ftp' => ['home' => moved('ftp://127.0.0.1:{away:port}/b'), 'away' => static fn (Connection $connection) => $connection->write("421 no\r\n"), 'rows' => ['other-schemes' => ['requests' => ['home POST /api/updateOrder?x=1 -']]]],
        'ftps' => ['home' => moved('ftps://127.0.0.1:{away:port}/b'), 'away' => static fn (Connection $connection) => $connection->write("421 no\r\n"), 'rows' => ['other-schemes' => ['requests' => ['home POST /api/updateOrder?x=1 -']]]],
        'gopher' => ['home' => moved('gopher://127.0.0.1:{away:port}/_b'), 'away' => static fn (Connection $connection) => $connection->write("x\r\n")],
        'a redirect loop of two origins' => ['home' => moved('{away}/'), 'away' => moved('{home}/')],
    ];
    return $scenarios;
}

/** Basic, and the scheme of Digest, before, between and after redirects. */
function challenges(): array
{
    $there = answer_json('there');
    $digest = 'Digest realm="r", qop="auth", nonce="n"';
    // A libcurl without them ignores them, too.
    $ntlm = static fn (array $change): array => libcurl_has(CURL_VERSION_NTLM) ? ['ntlm-negotiate' => $change] : [];
    $negotiate = static fn (array $change): array => libcurl_has(CURL_VERSION_SPNEGO) ? ['ntlm-negotiate' => $change] : [];
    return [
        'Basic' => ['home' => asks($there), 'rows' => ['remembered']],
        'Digest' => ['home' => asks($there, $digest), 'rows' => ['remembered']],
        'Basic over https' => ['home' => asks($there), 'tls' => ['home'], 'rows' => ['remembered'], 'auto' => ['at-once']],
        'Digest over https' => ['home' => asks($there, $digest), 'tls' => ['home'], 'rows' => ['remembered'], 'auto' => ['at-once']],
        'no challenge over https' => ['home' => $there, 'tls' => ['home'], 'auto' => ['at-once']],
        'wrong keys' => ['home' => answer(401, ['WWW-Authenticate: Basic realm="r"'], 'no'), 'rows' => ['status', 'remembered']],
        'wrong keys over https' => ['home' => answer(401, ['WWW-Authenticate: Basic realm="r"'], 'no'), 'tls' => ['home'], 'rows' => ['status', 'remembered'], 'auto' => ['at-once']],
        'wrong keys for Digest' => ['home' => answer(401, ["WWW-Authenticate: $digest"], 'no'), 'rows' => ['status', 'remembered']],
        '401 without a challenge' => ['home' => answer(401, [], '{"error":"keys"}'), 'rows' => ['status']],
        '401 without a challenge over https' => ['home' => answer(401, [], '{"error":"keys"}'), 'tls' => ['home'], 'rows' => ['status'], 'auto' => ['at-once']],
        'Bearer only' => ['home' => answer(401, ['WWW-Authenticate: Bearer'], 'no'), 'rows' => ['status']],
        'Negotiate only' => ['home' => answer(401, ['WWW-Authenticate: Negotiate'], 'no'), 'rows' => ['status'] + $negotiate(['requests' => ['home POST /api/updateOrder?x=1 -']])],
        'Negotiate and Basic' => ['home' => static fn (array $request): string => basic_credentials($request) ? $there : answer(401, ['WWW-Authenticate: Negotiate', 'WWW-Authenticate: Basic realm="r"'], 'no'), 'rows' => $negotiate(['value' => 'there', 'requests' => ['home POST /api/updateOrder?x=1 -', 'home POST /api/updateOrder?x=1 Basic']]) + ['remembered']],
        'NTLM only' => ['home' => answer(401, ['WWW-Authenticate: NTLM'], 'no'), 'rows' => ['status'] + $ntlm(['requests' => ['home POST /api/updateOrder?x=1 -']])],
        'NTLM and Basic' => ['home' => static fn (array $request): string => basic_credentials($request) ? $there : answer(401, ['WWW-Authenticate: NTLM', 'WWW-Authenticate: Basic realm="r"'], 'no'), 'rows' => $ntlm(['value' => 'there', 'requests' => ['home POST /api/updateOrder?x=1 -', 'home POST /api/updateOrder?x=1 Basic']]) + ['remembered']],
        'Digest and Basic' => ['home' => static fn (array $request): string => header_value($request, 'Authorization') ? $there : answer(401, ['WWW-Authenticate: Basic realm="r"', "WWW-Authenticate: $digest"], 'no'), 'rows' => ['remembered']],
        'asked, then 403' => ['home' => asks(answer(403, [], '{"error":"no"}')), 'rows' => ['status', 'remembered']],
        'asked, then 500' => ['home' => asks(answer(500, [], '{"error":"broken"}')), 'rows' => ['status', 'remembered']],
        'asked, then 204' => ['home' => asks(answer(204)), 'rows' => ['remembered']],
        'a challenge, then redirected' => ['home' => asks(paths(['/api/updateOrder' => moved('/b'), $there])), 'rows' => ['remembered']],
        'redirected, then a challenge' => ['home' => paths(['/api/updateOrder' => moved('/b'), asks($there)]), 'rows' => ['remembered']],
        'a challenge, then redirected to a path without one' => ['home' => paths(['/api/updateOrder' => asks(moved('/b')), $there]), 'rows' => ['remembered']],
        'asked, redirected, redirected' => ['home' => asks(paths(['/api/updateOrder' => moved('/b'), '/b' => moved('/c'), $there])), 'rows' => ['remembered']],
        'Digest, then redirected' => ['home' => asks(paths(['/api/updateOrder' => moved('/b?c=d'), $there]), $digest), 'rows' => ['remembered']],
        'redirected, then Digest' => ['home' => paths(['/api/updateOrder' => moved('/b?c=d'), asks($there, $digest)]), 'rows' => ['remembered']],
        'Basic, redirected, then Digest' => ['home' => paths(['/api/updateOrder' => asks(moved('/b')), asks($there, $digest)]), 'rows' => ['remembered']],
        'a challenge, then redirected, over https' => ['home' => asks(paths(['/api/updateOrder' => moved('/b'), $there])), 'tls' => ['home'], 'rows' => ['remembered'], 'auto' => ['at-once']],
        'redirected, then a challenge, over https' => ['home' => paths(['/api/updateOrder' => moved('/b'), asks($there)]), 'tls' => ['home'], 'rows' => ['remembered'], 'auto' => ['at-once']],
        'user and password in a redirect, then a challenge' => ['home' => paths(['/api/updateOrder' => moved('http://user:other@127.0.0.1:{home:port}/b'), asks($there)]), 'rows' => ['remembered']],
        'a challenge, then a redirect loop' => ['home' => asks(moved('/b')), 'rows' => ['remembered']],
        '19 redirects, then a challenge' => ['home' => [...array_fill(0, 19, moved('/b')), asks($there), asks($there)], 'rows' => ['remembered']],
        '20 redirects, then a challenge' => ['home' => [...array_fill(0, 20, moved('/b')), asks($there), asks($there)], 'rows' => ['remembered' => ['second' => ['home POST /second Basic']]]],
        'a challenge with a limit of 0' => ['home' => asks($there), 'settings' => ['max_redirects' => 0], 'options' => [CURLOPT_MAXREDIRS => 0], 'rows' => ['remembered' => ['second' => ['home POST /second Basic']]]],
        'a challenge, then redirected, with a limit of 1' => ['home' => asks(paths(['/api/updateOrder' => moved('/b'), $there])), 'settings' => ['max_redirects' => 1], 'options' => [CURLOPT_MAXREDIRS => 1], 'rows' => ['remembered']],
        '401 that closes' => ['home' => static fn (array $request): string => basic_credentials($request) ? $there : answer(401, ['WWW-Authenticate: Basic realm="r"', 'Connection: close'], 'no'), 'rows' => ['remembered']],
        '401 until the end' => ['home' => static fn (array $request): string|Closing => basic_credentials($request) ? $there : closing("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\n\r\nno"), 'rows' => ['remembered']],
        '401 in HTTP/1.0' => ['home' => static fn (array $request): string|Closing => basic_credentials($request) ? $there : closing("HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\n\r\nno"), 'rows' => ['remembered']],
        '401 cut in its body' => ['home' => static fn (array $request): string|Closing => basic_credentials($request) ? $there : closing("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 10\r\n\r\nno"), 'rows' => ['remembered'], 'since' => ['8.0' => [
            'cut-round' => ['requests' => ['home POST /api/updateOrder?x=1 -', 'home POST /api/updateOrder?x=1 Basic'], 'value' => 'there', 'error' => null],
            'remembered',
        ]]],
        '401 in chunks' => ['home' => static fn (array $request): string => basic_credentials($request) ? $there : "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n", 'rows' => ['remembered']],
        '401 with a Location' => ['home' => static fn (array $request): string => basic_credentials($request) ? $there : answer(401, ['WWW-Authenticate: Basic realm="r"', 'Location: /b'], 'no'), 'rows' => ['remembered']],
        '302 with a challenge' => ['home' => [answer(302, ['WWW-Authenticate: Basic realm="r"', 'Location: /b'], 'no'), $there]],
        '200 with a challenge' => ['home' => answer(200, ['WWW-Authenticate: Basic realm="r"'], '"there"')],
        '407 with a challenge' => ['home' => answer(407, ['Proxy-Authenticate: Basic realm="r"'], 'no'), 'rows' => ['status']],
        '403 with a challenge' => ['home' => answer(403, ['WWW-Authenticate: Basic realm="r"'], 'no'), 'rows' => ['status']],
    ];
}

/** Answers with every framing, spelling and cut. */
function answers(): array
{
    $chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    $length = "Content-Length: 5\r\n\r\n[1,2]";
    $gzip = gzencode('[1,2]');
    $answers = [
        // framing
        'a length' => "HTTP/1.1 200 OK\r\n$length",
        'chunks' => "{$chunked}2\r\n[1\r\n3\r\n,2]\r\n0\r\n\r\n",
        'chunks with extensions' => "{$chunked}2;a=b\r\n[1\r\n3 ; c=\"d\"\r\n,2]\r\n0;e\r\n\r\n",
        'chunks with trailers' => "{$chunked}5\r\n[1,2]\r\n0\r\nX-Sum: 1\r\nLocation: /b\r\n\r\n",
        'chunks with long zeroes' => "{$chunked}00000005\r\n[1,2]\r\n000\r\n\r\n",
        'chunks and a length' => "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n0\r\n\r\n",
        'chunks twice over' => closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n5\r\n[1,2]\r\n0\r\n\r\n"),
        'chunks, LF only' => "{$chunked}5\n[1,2]\n0\n\n",
        'Transfer-Encoding: identity' => closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n[1,2]"),
        'Transfer-Encoding: gzip' => closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n$gzip"),
        'until the end' => closing("HTTP/1.1 200 OK\r\n\r\n[1,2]"),
        'until the end, announced' => closing("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[1,2]"),
        'a length and Connection: close' => "HTTP/1.1 200 OK\r\nConnection: close\r\n$length",
        'HTTP/1.0' => closing("HTTP/1.0 200 OK\r\n\r\n[1,2]"),
        'HTTP/1.0 with a length' => closing("HTTP/1.0 200 OK\r\n$length"),
        'HTTP/1.0 kept' => "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n$length",
        'HTTP/1.0 with chunks' => closing("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2]\r\n0\r\n\r\n"),
        'HTTP/1.2' => closing("HTTP/1.2 200 OK\r\n$length"),
        'HTTP/2' => closing("HTTP/2 200 OK\r\n$length"),
        'HTTP/0.9' => closing('[1,2]'),
        'lower-case http' => closing("http/1.1 200 OK\r\n$length"),
        'two lengths that agree' => closing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n$length"),
        'two lengths that do not' => closing("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n$length"),
        'a list of lengths' => closing("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n[1,2]"),
        'a negative length' => closing("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n[1,2]"),
        'a length that is not a number' => closing("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n[1,2]"),
        'a length beyond 64 bits' => closing("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n[1,2]"),
        'a length with a plus' => closing("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n[1,2]"),
        'more than the length' => closing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[1,2] and more"),
        // before the answer
        '100 first' => "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n$length",
        '103 first' => "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nLocation: /b\r\n\r\nHTTP/1.1 200 OK\r\n$length",
        'ten times 102 first' => str_repeat("HTTP/1.1 102 Processing\r\n\r\n", 10) . "HTTP/1.1 200 OK\r\n$length",
        '199 first' => "HTTP/1.1 199 Odd\r\n\r\nHTTP/1.1 200 OK\r\n$length",
        '101' => closing("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        'an empty line first' => closing("\r\nHTTP/1.1 200 OK\r\n$length"),
        // heads
        'no reason' => "HTTP/1.1 200\r\n$length",
        'no reason, a space' => "HTTP/1.1 200 \r\n$length",
        'a Latin-1 reason' => "HTTP/1.1 200 R\xe9ussi\r\n$length",
        'LF only' => "HTTP/1.1 200 OK\nContent-Length: 5\n\n[1,2]",
        'folded' => "HTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\n\tthree\r\n$length",
        'folded length' => "HTTP/1.1 200 OK\r\nContent-Length:\r\n 5\r\n\r\n[1,2]",
        'space before the colon' => "HTTP/1.1 200 OK\r\nX-Odd : a\r\n$length",
        'space before the colon of the length' => closing("HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n[1,2]"),
        'Latin-1 value' => "HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\n$length",
        'control byte in a value' => "HTTP/1.1 200 OK\r\nX-Name: a\x01b\r\n$length",
        'NUL in a value' => "HTTP/1.1 200 OK\r\nX-Name: a\0b\r\n$length",
        'CR in a value' => "HTTP/1.1 200 OK\r\nX-Name: a\rb\r\n$length",
        'odd bytes in a name' => "HTTP/1.1 200 OK\r\nX(N\xe9me): a\r\n$length",
        'a line without a colon' => "HTTP/1.1 200 OK\r\nno colon\r\n$length",
        'an empty name' => "HTTP/1.1 200 OK\r\n: a\r\n$length",
        '150 headers' => "HTTP/1.1 200 OK\r\n" . implode('', array_map(static fn (int $n): string => "X-$n: $n\r\n", range(1, 150))) . $length,
        'a header of 90 KB' => "HTTP/1.1 200 OK\r\nX-Long: " . str_repeat('x', 90_000) . "\r\n$length",
        'headers of 280 KB' => "HTTP/1.1 200 OK\r\n" . str_repeat('X-Long: ' . str_repeat('x', 9_990) . "\r\n", 28) . $length,
        'Set-Cookie' => "HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\n$length",
        'Clear-Site-Data and friends' => "HTTP/1.1 200 OK\r\nAlt-Svc: h2=\":1\"\r\nStrict-Transport-Security: max-age=9\r\nRefresh: 0;url=/b\r\n$length",
        'a status of two digits' => closing("HTTP/1.1 20 OK\r\n$length"),
        'a status of four digits' => closing("HTTP/1.1 2000 OK\r\n$length"),
        'status 099' => closing("HTTP/1.1 099 OK\r\n$length"),
        'status 000' => closing("HTTP/1.1 000 OK\r\n$length"),
        // bodies
        'gzip, not requested' => "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " . strlen($gzip) . "\r\n\r\n$gzip",
        'announces gzip, sends plain' => "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n$length",
        'an unknown encoding' => "HTTP/1.1 200 OK\r\nContent-Encoding: x\r\n$length",
        'announces br, sends plain' => "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n$length",
        'a byte order mark' => answer(200, [], "\xef\xbb\xbf[1,2]"),
        'text' => answer(200, [], 'saved'),
        'HTML' => answer(200, ['Content-Type: text/html'], '<html>login</html>'),
        'broken JSON' => answer(200, ['Content-Type: application/json'], '{"a":'),
        'nothing' => answer(200),
        'null' => answer(200, [], 'null'),
        'false' => answer(200, [], 'false'),
        'bytes' => answer(200, [], "\xff\0\xfe"),
        'a body of 9 MB' => answer(200, [], '"' . str_repeat('x', 9_000_000) . '"'),
        '201' => answer_json([1], 201),
        '202' => answer_json([1], 202),
        '204' => answer(204),
        '204 with a length of 0' => answer(204, ['Content-Length: 0']),
        '204 with a body' => closing("HTTP/1.1 204 No Content\r\n$length"),
        '205' => answer(205),
        '205 with a body' => answer(205, [], '[1,2]'),
        '206' => answer(206, ['Content-Range: bytes 0-4/9'], '[1,2]'),
        '299' => answer_json([1], 299),
        '304 with a length and no body' => "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
        '404 with JSON' => answer_json(['error' => 'x'], 404),
        '404 with HTML' => answer(404, [], '<html>'),
        '422' => answer_json(['error' => 'x'], 422),
        '500 without a body' => answer(500),
        '503 with Retry-After' => answer(503, ['Retry-After: 1'], 'later'),
        '600' => answer(600, [], 'x'),
        '999' => answer(999, [], 'x'),
        // lost
        'no answer' => closing(''),
        'one byte' => closing('H'),
        'half a status line' => closing('HTTP/1.1 20'),
        'half a head' => closing("HTTP/1.1 200 OK\r\nContent-Le"),
        'a head without its end' => closing("HTTP/1.1 200 OK\r\nX: y\r\n"),
        'no body' => closing("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        'half a body' => closing("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1,2]"),
        'half an error' => closing("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 10\r\n\r\n[1,2]"),
        'no chunk' => closing($chunked),
        'half a chunk' => closing("{$chunked}5\r\n[1"),
        'no last chunk' => closing("{$chunked}5\r\n[1,2]\r\n"),
        'half a last chunk' => closing("{$chunked}5\r\n[1,2]\r\n0\r\n"),
        'an invalid chunk' => closing("{$chunked}x\r\n[1,2]\r\n0\r\n\r\n"),
        'a chunk longer than it says' => closing("{$chunked}3\r\n[1,2]\r\n0\r\n\r\n"),
        'a chunk of 2^64 bytes' => closing("{$chunked}10000000000000000\r\n[1,2]\r\n0\r\n\r\n"),
        'only 100' => closing("HTTP/1.1 100 Continue\r\n\r\n"),
        'garbage' => closing("220 mail.example ESMTP\r\n"),
        'NULs' => closing(str_repeat("\0", 500)),
        'a broken status line' => closing("HTTP/1.1 abc OK\r\n\r\n"),
        'only a line end' => closing("\r\n\r\n"),
        'TLS alert' => closing("\x15\x03\x01\x00\x02\x02\x28"),
    ];
    $refused = static fn (string $row): array => [$row => ['value' => false, 'error' => 'Spread\ConnectionException']];
    $too_large = ['bounds' => ['value' => false, 'error' => 'Spread\ResponseException 200']];
    $accepted = static fn (string $row): array => [$row => ['value' => [1, 2], 'error' => null]];
    $rows = [
        'chunks, LF only' => $refused('framing'),
        'HTTP/1.0 with chunks' => $refused('framing'),
        'two lengths that do not' => $refused('framing'),
        'a length beyond 64 bits' => $refused('framing'),
        'a length with a plus' => $refused('framing'),
        'Transfer-Encoding: gzip' => ['transfer-coding' => ['value' => false, 'error' => 'Spread\ResponseException 200']],
        'HTTP/2' => libcurl_has(CURL_VERSION_HTTP2) ? $refused('version') : [],
        'lower-case http' => $refused('version'),
        'an empty line first' => $accepted('lenient-head'),
        'folded length' => $accepted('lenient-head'),
        'CR in a value' => $refused('framing'),
        'a line without a colon' => $accepted('lenient-head'),
        'half a head' => $refused('cut-head'), 'a head without its end' => $refused('cut-head'),
        'headers of 280 KB' => $too_large, 'a body of 9 MB' => $too_large,
        'a byte order mark' => ['not-json'], 'HTML' => ['not-json'], 'broken JSON' => ['not-json'],
        '101' => ['switching' => ['error' => 'Spread\ResponseException 101']],
    ];
    $since = [
        'HTTP/2' => ['8.0' => []], 'a length with a plus' => ['8.0' => []], 'a status of four digits' => ['8.0' => $refused('version')],
        'two lengths that do not' => ['8.21' => []], 'folded length' => ['8.21' => []], 'CR in a value' => ['8.21' => []],
    ];
    $rows += array_fill_keys(
        ['304 with a length and no body', '404 with JSON', '404 with HTML', '422', '500 without a body', '503 with Retry-After', '600', '999'],
        ['status'],
    );
    $scenarios = [
        'after spread.timeout' => [
            'home' => closing(answer_json([1, 2]), pause: 1.3),
            'settings' => ['timeout' => 0.8],
            'rows' => ['timeouts' => ['value' => false, 'error' => 'Spread\TimeoutException']],
        ],
    ];
    foreach ($answers as $name => $answer) {
        $scenarios[$name] = ['home' => $answer, 'rows' => $rows[$name] ?? [], 'since' => $since[$name] ?? []];
    }
    return $scenarios;
}
