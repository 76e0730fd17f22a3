--TEST--
50,000 random values of every type, in every argument, setting and exception, have only documented outcomes
--INI--
spread.endpoint=http://127.0.0.1:1/api/updateOrder
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('random_values', 'any_values', 'torture');

// Runs in a separate process: the seed is printed even after a crash.
$seed = test_seed();
$server = serve(Torture::answer(...), ['log' => false]);
$report = tempnam(sys_get_temp_dir(), 'spread-torture-');
$directory = "$report.d";
mkdir($directory);
$child = pcntl_fork();
if ($child === 0) {
    $torture = new Torture($seed, $server, $report, $directory);
    $torture->run(50_000);
    exit(0);
}
pcntl_waitpid($child, $status);
$where = "SPREAD_TEST_SEED=$seed, value " . file_get_contents($report);
array_map(unlink(...), [$report, ...glob("$directory/*")]);
rmdir($directory);
holds("$where: no signal", !pcntl_wifsignaled($status), (string) pcntl_wtermsig($status));
holds("$where: no failure", pcntl_wexitstatus($status) === 0);
$used = getrusage(1);
between("$where: seconds of a processor", 0, 30, $used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']);
?>
--EXPECT--
50000 values: update, client, encode, validate, last_error, drain, status, setting, exception, reflection
