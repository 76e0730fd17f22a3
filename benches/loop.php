<?php
/*
 * Repeats one operation for callgrind: php loop.php WHAT TIMES [FILE]. Arguments are taken out of their
 * arrays beforehand: the loops of both sides differ only in the function.
 */
declare(strict_types=1);

[, $what, $times] = $argv;
['first' => $post] = require __DIR__ . '/../php-tests/support/documented.php';
if (str_ends_with($what, '-500')) {
    for ($product = 0; $product < 500; $product++) {
        $post['data']['product_attributes'][$product] = ["size:$product", 'type:shirt & tie, été'];
    }
}
['data' => $data, 'request' => $request] = $post;
$times = (int) $times;
switch ($what) {
    case 'php-encode':
    case 'php-encode-500':
        for ($i = 0; $i < $times; $i++) {
            $body = http_build_query($post);
        }
        break;
    case 'spread-encode':
    case 'spread-encode-500':
        for ($i = 0; $i < $times; $i++) {
            $body = spread_encode_order($data, $request);
        }
        break;
    case 'php-decode':
        $json = file_get_contents($argv[3]);
        for ($i = 0; $i < $times; $i++) {
            $value = json_decode($json, true);
        }
        $value ?? throw new RuntimeException(json_last_error_msg());
        break;
    case 'order':
        require __DIR__ . '/order.php';
        for ($i = 0; $i < $times; $i++) {
            $answer = $send($post);
        }
        delivered($answer);
        break;
}
