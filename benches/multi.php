<?php
/*
 * Past orders by php-curl, as an experienced user writes it: eight transfers at a time over connections that
 * are kept, a handle for each that is used again. The arguments: a file of JSON lines, the endpoint.
 */
declare(strict_types=1);

const CONNECTIONS = 8;

[, $file, $endpoint] = $argv;
$lines = fopen($file, 'r');
$multi = curl_multi_init();
$answered = 0;

$next = static function (CurlHandle $handle) use ($lines, $multi): void {
    if (($line = fgets($lines)) === false) {
        return;
    }
    $data = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
    $post = ['data' => $data, 'request' => ['order_idorder' => $data['order_idorder']]];
    curl_setopt($handle, CURLOPT_POSTFIELDS, http_build_query($post));
    curl_multi_add_handle($multi, $handle);
};

for ($number = 0; $number < CONNECTIONS; $number++) {
    $handle = curl_init($endpoint);
    curl_setopt_array($handle, [
        CURLOPT_POST => true,
        CURLOPT_HTTPAUTH => CURLAUTH_BASIC,
        CURLOPT_USERPWD => 'PUBLIC_KEY:PRIVATE_KEY',
        CURLOPT_RETURNTRANSFER => true,
    ]);
    $next($handle);
}
do {
    curl_multi_exec($multi, $running);
    while ($done = curl_multi_info_read($multi)) {
        $handle = $done['handle'];
        $answered += (int) (json_decode(curl_multi_getcontent($handle), true)['status'] === 'success');
        curl_multi_remove_handle($multi, $handle);
        $next($handle);
        $running = 1;
    }
    curl_multi_select($multi, 1.0);
} while ($running > 0);
echo $answered;
