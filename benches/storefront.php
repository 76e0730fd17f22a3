<?php
/*
 * A shop's pages. The shop's own work is time in its database, so that pages of several shops do not compete for
 * the processor. `orders`: the ids of the orders that the page reports. `work`: the shop's own time, in ms; with
 * orders, for each of them. Prints the time of each call in ms, and whether it returned a response.
 */
declare(strict_types=1);

require __DIR__ . '/order.php';

$calls = [];
$orders = array_filter(explode(' ', $_GET['orders'] ?? ''));
if ($orders === []) {
    usleep((int) $_GET['work'] * 1_000);
}
foreach ($orders as $order) {
    usleep((int) $_GET['work'] * 1_000);
    $post['data']['order_idorder'] = $post['request']['order_idorder'] = $order;
    $begun = hrtime(true);
    $answer = $send($post);
    $calls[] = [
        'order' => $order,
        'ms' => (hrtime(true) - $begun) / 1e6,
        'responded' => is_array($answer) || is_string($answer),
        'accepted' => $answer !== false && $answer !== null,
    ];
}
echo json_encode($calls);
