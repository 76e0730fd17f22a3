--TEST--
What a process could not write into a locked outbox it writes later: no older state is sent after a newer one
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

/** A program that has the write lock of a file until it is told to end. */
final class Lock
{
    private $process;
    private array $pipes = [];

    public function __construct(Place $place)
    {
        $this->process = proc_open([program('sqlite3'), '-cmd', '.timeout 5000', $place->file], [['pipe', 'r'], ['pipe', 'w'], STDERR], $this->pipes);
        fwrite($this->pipes[0], "BEGIN IMMEDIATE; SELECT 'locked';\n");
        same('a lock', "locked\n", fgets($this->pipes[1]));
    }

    public function endIn(float $seconds): void
    {
        fwrite($this->pipes[0], ".shell sleep $seconds\nCOMMIT;\n.quit\n");
    }

    public function end(): void
    {
        $this->endIn(0);
        proc_close($this->process);
    }
}

/** A PHP process that reports an order for each line. */
final class Caller
{
    private $process;
    private array $pipes = [];

    public function __construct(string $endpoint, Place $place, string $delivery = 'direct')
    {
        $settings = ['spread.endpoint' => $endpoint, 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $place->setting(),
            'spread.delivery' => $delivery, 'spread.timeout' => 4, 'spread.log_failures' => 0];
        $code = 'while (($line = fgets(STDIN)) !== false) {
            [$id, $state] = explode(" ", rtrim($line));
            echo json_encode(spread_update_order(["order_idorder" => $id, "order_state" => $state], ["order_idorder" => $id])), "\n";
        }';
        $this->process = proc_open(php_command($settings, '-r', $code), [['pipe', 'r'], ['pipe', 'w'], STDERR], $this->pipes);
    }

    public function begin(string $line): void
    {
        fwrite($this->pipes[0], "$line\n");
    }

    public function answer(): mixed
    {
        return json_decode((string) fgets($this->pipes[1]));
    }

    public function call(string $line): mixed
    {
        $this->begin($line);
        return $this->answer();
    }

    public function end(): void
    {
        fclose($this->pipes[0]);
        same('the caller ends', 0, proc_close($this->process));
    }
}

$place = new Place();
$server = serve(static function (array $request) use ($place): string {
    parse_str($request['body'], $order);
    // The lock is taken while this order is on its way.
    if ($order['data']['order_state'] === 'locked') {
        wait_until(static fn (): bool => file_exists($place->path('locked')), 5);
    }
    return $order['data']['order_state'] === '503' ? answer_json('down', 503) : answer_json('fine');
});
$states = static function (int $from) use ($server): array {
    $states = [];
    foreach (array_slice($server->requests(), $from) as $request) {
        parse_str($request['body'], $order);
        $states[] = $order['data']['order_idorder'] . ' ' . $order['data']['order_state'];
    }
    return $states;
};
/** What a worker sends after its delays and leases. */
$drained = static function (string $what) use ($place, $server, $states): array {
    run([program('sqlite3'), '-cmd', '.timeout 5000', $place->file, 'UPDATE spread_orders SET due = 1 WHERE due IS NOT NULL; UPDATE spread_key_pairs SET due = 0; UPDATE spread_endpoints SET due = 0']);
    $before = count($server->requests());
    configure(endpoint: $server->url(), public_key: 'shop', private_key: 's3cret', outbox: $place->setting(), timeout: 4, log_failures: 0);
    $drained = spread_outbox_drain();
    same("$what: nothing is left", 0, $drained['pending']);
    same("$what: no order without a record", [], $place->query('SELECT * FROM spread_orders WHERE id NOT IN (SELECT parent FROM spread_records)'));
    return $states($before);
};
/** Delivers $id while the outbox becomes locked: the record cannot be deleted. */
$delivered_under_lock = static function (Caller $caller, string $id) use ($place, $server): Lock {
    $before = count($server->requests());
    $caller->begin("$id locked");
    $server->waitForRequests($before + 1);
    $lock = new Lock($place);
    touch($place->path('locked'));
    same("$id: delivered", 'fine', $caller->answer());
    unlink($place->path('locked'));
    return $lock;
};
$caller = new Caller($server->url(), $place);
same('the file is made', 'fine', $caller->call('first 10'));
$caller->end();

$deliveries = ['direct', 'deferred'];
$ends = [
    'the next call' => static function (Caller $caller, Lock $lock): void {
        $lock->end();
        $caller->call('other 10');
        $caller->end();
    },
    'the end of the request' => static function (Caller $caller, Lock $lock): void {
        $lock->end();
        $caller->end();
    },
    'the end of the process' => static function (Caller $caller, Lock $lock): void {
        // Longer than the end of a request waits.
        $lock->endIn(0.6);
        $caller->end();
    },
];
foreach ($ends as $end => $finish) {
    // A record that was delivered, and an update that was sent past it.
    $caller = new Caller($server->url(), $place);
    $lock = $delivered_under_lock($caller, 'a');
    same("$end: without the outbox", 'fine', $caller->call('a 50'));
    $finish($caller, $lock);
    same("$end: written", [], $place->records());
    same("$end: nothing stale is sent", [], $drained($end));

    // A record alone.
    $caller = new Caller($server->url(), $place);
    $finish($caller, $delivered_under_lock($caller, 'b'));
    same("$end: a record alone", [], $drained($end));

    // Updates that failed and are pending.
    foreach ($deliveries as $delivery) {
        $what = "$end, pending, $delivery";
        $caller = new Caller($server->url(), $place, $delivery);
        same("$what: pending", [true, true], [$caller->call('c 503'), $caller->call('c 20')]);
        $lock = new Lock($place);
        same("$what: without the outbox", 'fine', $caller->call('c 50'));
        $finish($caller, $lock);
        same("$what: nothing stale is sent", [], preg_grep('/^c/', $drained($what)));
    }
}

// An update that came after the call without the outbox began is newer, and stays.
$first = new Caller($server->url(), $place);
$second = new Caller($server->url(), $place, 'deferred');
same('older', true, $second->call('d 10'));
$lock = new Lock($place);
same('without the outbox', 'fine', $first->call('d 50'));
$lock->end();
same('newer', true, $second->call('d 100'));
$first->end();
same('kept', ['d 100'], $drained('newer'));

// An older one that another sender has in flight is not sent again when that fails.
$first = new Caller($server->url(), $place);
$lock = new Lock($place);
$lock->end();
same('pending', true, $second->call('e 503'));
run([program('sqlite3'), $place->file, 'UPDATE spread_orders SET token = 1, due = ' . (time() + 60) * 1000]);
$lock = new Lock($place);
same('sent past it', 'fine', $first->call('e 50'));
$lock->end();
$first->end();
same('in flight', [], $place->records());
same('queued behind it', true, $second->call('e 100'));
same('its lease expires', ['e 100'], $drained('in flight'));
$second->end();

// A child forgets the notes of its parent.
configure(delivery: 'deferred');
same('pending', true, spread_update_order(...order('f', order_state: '20')));
$lock = new Lock($place);
same('past it', 'fine', spread_update_order(...order('f', order_state: '50')));
$lock->end();
$pid = pcntl_fork();
if ($pid === 0) {
    same('of a child', true, spread_update_order(...order('g', order_state: '10')));
    end_process();
}
pcntl_waitpid($pid, $status);
same('not written by a child', ['f pending 0 0', 'g pending 0 0'], $place->records());
same('of the parent', true, spread_update_order(...order('h', order_state: '10')));
same('written', ['g 10', 'h 10'], $drained('a child'));
echo "done\n";
?>
--EXPECT--
done
