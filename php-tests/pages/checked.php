<?php
/*
 * A page that checks its own answer, for a load generator: "right" when the answer is that of the
 * order it sent, with the id of the order and of the process in it; else what went wrong, status 500.
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
