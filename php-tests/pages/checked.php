<?php
/*
 * A page that checks its own answer, for a load generator: prints "right", with the ids of the order
 * and the process, when the answer belongs to its order; else the error, with status 500.
 */
declare(strict_types=1);

$id = bin2hex(random_bytes(8));
$answer = spread_update_order(
    ['order_idorder' => $id, 'process' => getmypid(), 'text' => str_repeat($id, random_int(1, 40))],
    ['order_idorder' => $id],
);
if ($answer === ['order' => $id]) {
    echo "right\n";
} else {
    http_response_code(500);
    $wrong = "wrong: order $id, answer " . json_encode($answer) . ', ' . spread_last_error()?->getMessage();
    error_log($wrong);
    echo $wrong;
}
