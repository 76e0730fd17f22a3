<?php
/*
 * A PHP process of one peer that lives as long as the bench needs it. Each line on its input is a
 * number of orders; the answer is one line: wall time of each in ns, CPU time of all in µs.
 */
declare(strict_types=1);

require __DIR__ . '/order.php';

/** User and system time of this process in µs. */
function cpu(): int
{
    $used = getrusage();
    return ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) * 1_000_000
        + $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'];
}

$expected = null;
while (($line = fgets(STDIN)) !== false) {
    $wall = [];
    $cpu = cpu();
    for ($left = (int) $line; $left > 0; $left--) {
        $begun = hrtime(true);
        $answer = $send($post);
        $wall[] = hrtime(true) - $begun;
        if ($answer !== $expected) {
            delivered($answer);
            $expected = $answer;
        }
    }
    $cpu = cpu() - $cpu;
    echo json_encode(['wall' => $wall, 'cpu' => $cpu]), "\n";
}
