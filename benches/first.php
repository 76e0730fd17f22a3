<?php
/* The first order of a process: its wall time in ns, and resident memory in KiB before and after. */
declare(strict_types=1);

function resident(): int
{
    preg_match('/^VmRSS:\s+(\d+) kB/m', file_get_contents('/proc/self/status'), $found);
    return (int) $found[1];
}

$loaded = resident();
require __DIR__ . '/order.php';
$begun = hrtime(true);
$answer = $send($post);
$wall = hrtime(true) - $begun;
$sent = resident();
delivered($answer);
echo json_encode(['wall' => $wall, 'loaded' => $loaded, 'sent' => $sent]), "\n";
