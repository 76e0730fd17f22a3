--TEST--
Without any setting a call returns false, and the error names the settings to set
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$code = <<<'PHP'
    $answer = spread_update_order(['order_idorder' => '0000001'], ['order_idorder' => '0000001']);
    $error = spread_last_error();
    echo json_encode([$answer, $error::class, $error->getCode(), $error->getMessage(), $error->isRetryable(), $error->getResponse(), $error->getRetryAfter()]);
    PHP;
$result = run_php($code, [], ['SPREAD_PUBLIC_KEY' => null, 'SPREAD_PRIVATE_KEY' => null]);
[$answer, $class, $status, $message, $retryable, $response, $retry_after] = json_decode($result['out'], true);
var_dump($answer, $class, $status, $retryable, $response, $retry_after);
foreach (['0000001', 'spread.public_key', 'spread.private_key', 'SPREAD_PUBLIC_KEY', 'SPREAD_PRIVATE_KEY'] as $name) {
    contains('message', $name, $message);
}
holds('one line', !str_contains($message, "\n"));
same('status of the process', 0, $result['status']);
// The log line, which goes to standard error on the command line.
same('log', 1, substr_count($result['err'], "\n"));
contains('log', $message, $result['err']);
// Loading prints nothing and starts no thread.
$result = run_php('echo count(scandir("/proc/self/task")) - 2;');
same('a process that does not call', ['status' => 0, 'out' => '1', 'err' => ''], $result);
// A single key is not enough.
foreach (['public' => 'private', 'private' => 'public'] as $set => $missing) {
    $result = run_php($code, ["spread.{$set}_key" => 'x', 'spread.log_failures' => 0], ['SPREAD_PUBLIC_KEY' => null, 'SPREAD_PRIVATE_KEY' => null]);
    contains("only the $set key", 'ConfigurationException', $result['out']);
    contains("only the $set key", "spread.{$missing}_key", $result['out']);
}
// Encoding needs no keys.
same('encoded', 'data%5Ba%5D=1', run_php('echo spread_encode_order(["a" => 1], []);')['out']);
?>
--EXPECT--
bool(false)
string(29) "Spread\ConfigurationException"
int(0)
bool(false)
NULL
NULL
