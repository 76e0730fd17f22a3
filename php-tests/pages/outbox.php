<?php
/*
 * A caller with an outbox: updates orders and writes a line before each call, and its outcome after it
 * (kept, delivered or failed). The lines are correct even when the process is killed.
 *
 *   calls     the file to write to
 *   first     the sequence number of the first call; each next one is one higher
 *   count     how many calls
 *   shop      prefix of the order ids
 *   orders    how many orders there are, which are updated in turn
 *   pause     seconds between calls
 */
declare(strict_types=1);

parse_str($argv[1] ?? $_SERVER['QUERY_STRING'], $query);
$calls = fopen($query['calls'], 'a');
stream_set_write_buffer($calls, 0);
$pause = (int) (($query['pause'] ?? 0) * 1e6);
$outcomes = ['process' => getmypid()];
for ($sequence = (int) $query['first']; $sequence < $query['first'] + $query['count']; $sequence++) {
    $id = $query['shop'] . '-' . $sequence % $query['orders'];
    fwrite($calls, "begun $id $sequence\n");
    $answer = spread_update_order(['order_idorder' => $id, 'sequence' => $sequence], ['order_idorder' => $id]);
    $outcome = match ($answer) {
        true => 'kept',
        false => 'failed',
        default => 'delivered',
    };
    fwrite($calls, "$outcome $id $sequence\n");
    $outcomes[$outcome] = ($outcomes[$outcome] ?? 0) + 1;
    if ($pause > 0) {
        usleep($pause);
    }
}
echo json_encode($outcomes);
