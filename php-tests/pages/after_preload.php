<?php
/* A page that uses the class from preloaded.php. */
declare(strict_types=1);

$before = spread_last_error();
$id = $_GET['id'] ?? $argv[1];
preg_match('/^PPid:\s+(\d+)/m', (string) file_get_contents('/proc/self/status'), $parent);
$report = ['process' => getmypid(), 'parent' => (int) $parent[1], 'error of the page before' => $before?->getMessage()];
foreach ([1, 2, 3] as $number) {
    $report['answers'][] = Preloaded::send("$id $number");
    $report['constants'][] = Preloaded::sendConstant();
}
echo json_encode($report);
