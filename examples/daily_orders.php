<?php
/*
 * Sends a day's orders from a CSV file, for cron:
 *
 *     php examples/daily_orders.php [FILE]        without FILE: examples/orders.csv
 *
 * The first line names the fields of the API; an empty cell omits its field. On a terminal a bar shows the
 * progress, elsewhere each order is one line. Orders that can succeed later are retried at the end, twice. The
 * exit status is 0 when SPREAD accepted every order, 1 when it did not, 2 when the file is unusable.
 */
declare(strict_types=1);

const ROUNDS = 3;        // the first attempt and two more
const PAUSE = 2.0;       // seconds before a round, unless the server asks for more
const LONGEST_PAUSE = 60.0;

if (!extension_loaded('spread')) {
    fwrite(STDERR, "The extension spread is not loaded.\n");
    exit(2);
}
ini_set('spread.error_mode', 'exception');
ini_set('spread.log_failures', '0'); // the summary lists the failures

try {
    $waiting = orders($argv[1] ?? __DIR__ . '/orders.csv');
} catch (RuntimeException $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(2);
}

$total = count($waiting);
$sent = 0;
$failures = []; // messages of final failures
$late = []; // order id => the message of its last attempt, while it is pending
for ($round = 1; $waiting !== [] && $round <= ROUNDS; $round++) {
    $pause = PAUSE;
    $again = []; // order id => its updates for the next round
    foreach ($waiting as $order) {
        $id = $order['order_idorder'];
        if (isset($again[$id])) {
            // An older update of this order is pending: a newer one must not overtake it.
            $again[$id][] = $order;
            continue;
        }
        try {
            spread_update_order($order, ['order_idorder' => $id]);
            $sent++;
            unset($late[$id]);
            progress($sent, $total, "$id sent");
        } catch (Spread\ConfigurationException | Spread\AuthenticationException $error) {
            // Every other order would fail in the same way.
            $failures[] = $error->getMessage();
            break 2;
        } catch (Spread\Exception $error) {
            unset($late[$id]);
            if ($error->isRetryable()) {
                $late[$id] = $error->getMessage();
                $again[$id] = [$order];
                $pause = max($pause, $error->getRetryAfter() ?? 0.0);
                progress($sent, $total, "$id waits: {$error->getMessage()}");
            } else {
                $failures[] = $error->getMessage();
                progress($sent, $total, "$id FAILED: {$error->getMessage()}");
            }
        }
    }
    $waiting = array_merge(...array_values($again));
    if ($waiting !== [] && $round < ROUNDS) {
        $pause = min($pause, LONGEST_PAUSE);
        progress($sent, $total, sprintf('%d to try again in %g s', count($waiting), $pause));
        usleep((int) ($pause * 1e6));
    }
}

if (stream_isatty(STDOUT)) {
    echo "\n";
}
echo "$sent of $total orders sent\n";
foreach ([...$failures, ...array_values($late)] as $message) {
    echo "  $message\n";
}
exit($sent === $total ? 0 : 1);

/**
 * @return list<array<string, string>> the data of each order
 * @throws RuntimeException when the file is unusable; nothing has been sent then
 */
function orders(string $file): array
{
    $handle = @fopen($file, 'r') ?: throw new RuntimeException("$file cannot be read.");
    $names = fgetcsv($handle, null, ',', '"', '') ?: [];
    if (!in_array('order_idorder', $names, true)) {
        throw new RuntimeException("$file does not begin with a line of field names, order_idorder among them.");
    }
    $orders = [];
    for ($line = 2; ($cells = fgetcsv($handle, null, ',', '"', '')) !== false; $line++) {
        if ($cells === [null]) {
            continue; // an empty line
        }
        if (count($cells) !== count($names)) {
            throw new RuntimeException("Row $line of $file has " . count($cells) . ' cells instead of ' . count($names) . '.');
        }
        $order = array_filter(array_combine($names, $cells), static fn (string $cell): bool => $cell !== '');
        if (!isset($order['order_idorder'])) {
            throw new RuntimeException("Row $line of $file has no order_idorder.");
        }
        $orders[] = $order;
    }
    return $orders;
}

function progress(int $sent, int $total, string $event): void
{
    if (!stream_isatty(STDOUT)) {
        echo "$event\n";
        return;
    }
    $done = intdiv(30 * $sent, max(1, $total));
    // Overwrite the line and clear the rest of a longer one.
    printf("\r[%s%s] %d/%d %.60s\x1b[K", str_repeat('#', $done), str_repeat('.', 30 - $done), $sent, $total, $event);
}
