--TEST--
However a page of php-fpm ends during a call, the next page of the same process sends its order over the same connection
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static function (array $request): string {
    parse_str($request['body'], $order);
    $id = $order['data']['order_idorder'] ?? '';
    return match (true) {
        str_starts_with($id, 'refused') => answer(500, [], '{"error":"no"}'),
        str_starts_with($id, 'large') => answer(200, [], '[' . str_repeat('[1],', 60_000) . '0]'),
        default => answer_json([$id, $request['connection']]),
    };
});
$root = new WebRoot();
$settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.log_failures' => 0];
[$url, $daemons] = start_fpm_behind_nginx($root, 1, $settings + ['display_errors' => 0, 'log_errors' => 0]);

// The output of each page; null: the client disconnects.
$promised = [
    'the handler throws' => '',
    'the handler throws and the page goes on' => "from the handler, good 1: \"good 1\"\nfrom the handler, good 2: \"good 2\"\n",
    'the handler exits' => "exit\n",
    'the handler raises a fatal error' => '',
    'the handler raises E_USER_ERROR' => "in a shutdown function: \"in a shutdown function\"\n",
    'the handler reaches the memory limit' => '',
    // spread_last_error() belongs to the call that returned last, whatever ran in between.
    'the handler suspends a fiber' => "suspended, good 1: \"good 1\"\nsuspended, good 2: \"good 2\"\nsuspended, good 3: \"good 3\"\n"
        . "refused 2: ResponseException\nrefused 1: ResponseException\n",
    'the handler throws into a suspended fiber' => "suspended\nthrown into it, good: \"good\"\n",
    'an uncaught exception' => "Spread\\ResponseException, in the exception handler: \"in the exception handler\"\n",
    'a shutdown function exits' => "in a shutdown function: \"in a shutdown function\"\nrefused at exit: ResponseException\n",
    'a shutdown function fails' => "in a shutdown function: \"in a shutdown function\"\n",
    'a destructor sends' => "in a destructor: \"in a destructor\"\nrefused in a destructor: ResponseException\n",
    'a destructor throws' => "in a destructor: \"in a destructor\"\n",
    'a destructor exits' => "exit\n",
    'the last error destroys what it holds' => "refused: ResponseException\ndestroyed, in a destructor: \"in a destructor\"\ngood: \"good\"\n",
    'an output callback sends' => "output\nin an output callback: \"in an output callback\"\nrefused there: ResponseException\n",
    'an output callback throws' => '',
    'a header callback sends' => "output\nin a header callback: \"in a header callback\"\n",
    'a session that is written by a shutdown function' => '',
    'a session that is written after everything else' => '',
    'a stream is left open' => '',
    'a stream is closed' => "stream closed: \"stream closed\"\nrefused when closed: ResponseException\n",
    'a generator is left in the middle' => "in a generator: \"in a generator\"\nin its end: \"in its end\"\n",
    'the memory limit while an answer is decoded' => "in a shutdown function: \"in a shutdown function\"\n",
    'the memory limit while an order is encoded' => '',
    'the time limit' => "in a shutdown function: \"in a shutdown function\"\n",
    'the client has disconnected' => null,
    'the answer is finished first' => "finished\n",
];
if (PHP_VERSION_ID >= 80400) {
    $promised += [
        'a lazy object throws' => "not initialised, good 1: \"good 1\"\nnot initialised, good 2: \"good 2\"\n",
        'a lazy object exits' => "exit\n",
        'a lazy object raises a fatal error' => '',
        'a lazy object sends' => "sent\nsent\n",
    ];
}
same('the endings of the page', array_keys($promised), page(beside($url, 'exits.php'), []));

$worker = [page($url, ['id' => 'before'])['process'], 1];
foreach (['once', 'twice'] as $time) {
    foreach ($promised as $how => $printed) {
        if ($how === 'the time limit' && $time === 'twice') {
            continue;
        }
        if ($printed === null) {
            $reader = stream_socket_client('tcp://127.0.0.1:' . parse_url($url, PHP_URL_PORT));
            fwrite($reader, 'GET /exits.php?how=' . urlencode($how) . " HTTP/1.0\r\n\r\n");
            holds("$how: begins", str_starts_with((string) fread($reader, 4096), 'HTTP/1.1 200'));
            fclose($reader);
        } else {
            $page = page(beside($url, 'exits.php'), ['how' => $how]);
            same("$how, $time", $printed, $page);
        }
        $page = page($url, ['id' => "after it, $time"]);
        same("$how, $time: the next page", "after it, $time", $page['answer'][0] ?? $page);
        same("$how, $time: error left for it", null, $page['error of the page before'] ?? null);
        $here = [$page['process'] ?? null, $page['answer'][1] ?? null];
        same("$how, $time: its process and connection", $worker, $here);
        $worker = $here;
    }
}
echo $server->connections(), " connection\n";
foreach ($daemons as $daemon) {
    $daemon->stop();
}
$log = file_get_contents("{$root->directory}/logs/fpm.log");
holds('no worker died', preg_match('/exited on signal|corrupted|panicked/', $log) === 0, $log);
?>
--EXPECT--
1 connection
