<?php
/*
 * A page that reports an order and ends in many ways, for the tests of `after_response`.
 *
 *   id       the order's id
 *   ending   how the page ends; see below
 */
declare(strict_types=1);

require __DIR__ . '/memory_session.php';

$id = $_GET['id'] ?? $argv[1];
$ending = $_GET['ending'] ?? $argv[2] ?? '';
$outbox = $_GET['outbox'] ?? $argv[3] ?? '';
if ($outbox !== '') {
    ini_set('spread.outbox', $outbox);
}
$report = static fn (string $state = '10'): mixed => spread_update_order(['order_idorder' => $id, 'order_state' => $state], ['order_idorder' => $id]);

/** Reports when it is destroyed. */
final class Reporter
{
    public function __construct(private Closure $report)
    {
    }

    public function __destruct()
    {
        ($this->report)('50');
    }
}

/** A session in memory that reports when it is written. */
final class ReportingSession extends MemorySession
{
    public function __construct(private Closure $report, private bool $throws = false)
    {
    }

    public function write(string $id, string $data): bool
    {
        if ($this->throws) {
            throw new RuntimeException('from the session handler');
        }
        ($this->report)('50');
        return true;
    }
}

if ($ending === 'session') {
    ini_set('session.use_strict_mode', '0'); // on since PHP 8.6: an id that PHP has not given is replaced
    session_id('visitor');
    session_start();
    $_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1;
    echo $_SESSION['count'], ' ';
}
if (in_array($ending, ['session handler', 'session throws'], true)) {
    session_set_save_handler(new ReportingSession($report, $ending === 'session throws'));
    session_start();
    $_SESSION['id'] = $id;
}
if ($ending === 'output callback') {
    ob_start(static function (string $text) use ($report): string {
        $report('50');
        return $text;
    });
}
if ($ending === 'nothing') {
    exit('page');
}

echo json_encode($report()), ' ', json_encode(spread_last_error() === null), ' page';

switch ($ending) {
    case 'several':
        $report('20');
        $report('50');
        break;
    case 'exit':
        exit;
    case 'uncaught':
        throw new Exception('uncaught');
    case 'fatal':
        missing_function();
    case 'memory':
        ini_set('memory_limit', '8M');
        $text = 'x';
        while (true) {
            $text .= $text;
        }
    case 'time limit':
        set_time_limit(1);
        while (true) {
        }
    case 'shutdown function':
        register_shutdown_function(static fn () => $report('50'));
        break;
    case 'destructor':
        $reporter = new Reporter($report);
        break;
    case 'finished':
        if (function_exists('fastcgi_finish_request')) {
            fastcgi_finish_request();
        }
        $report('50');
        break;
}
