<?php
/*
 * Counts, order by order, whether spread_encode_order() gives the body that the curl snippet sends. Beside the
 * snippet, before curl_exec():
 *
 *     require '/path/to/parity.php';
 *     spread_parity($post_data, '/var/lib/shop/spread-parity.txt');
 *
 * It sends nothing and adds one line to the file, which the web server's user must be able to write. Later:
 *
 *     php parity.php /var/lib/shop/spread-parity.txt
 *
 * prints the counts. The exit status is 0 when bodies were compared and all were equal, otherwise 1.
 */
declare(strict_types=1);

/** Never raises anything: it runs in a checkout. */
function spread_parity(array $post_data, string $file): void
{
    try {
        $body = spread_encode_order($post_data['data'] ?? [], $post_data['request'] ?? []);
        $equal = $body === http_build_query($post_data);
    } catch (Throwable) {
        $equal = false;
    }
    $id = $post_data['request']['order_idorder'] ?? null;
    $line = $equal ? 'equal' : 'different: order ' . (is_scalar($id) ? strtr((string) $id, "\r\n", '  ') : 'without an id');
    @file_put_contents($file, gmdate('Y-m-d H:i:s') . " $line\n", FILE_APPEND | LOCK_EX);
}

if (PHP_SAPI !== 'cli' || realpath($_SERVER['SCRIPT_FILENAME'] ?? '') !== __FILE__) {
    return; // loaded by a shop
}
$lines = @file($argv[1] ?? '', FILE_IGNORE_NEW_LINES) ?: [];
$different = array_filter($lines, static fn (string $line): bool => preg_match('/^\S+ \S+ equal$/', $line) !== 1);
if ($lines === []) {
    echo "no body was compared: is the file written?\n";
    exit(1);
}
echo count($lines) - count($different), ' bodies equal, ', count($different), " different\n";
foreach ($different as $line) {
    echo "  $line\n";
}
exit($different === [] ? 0 : 1);
