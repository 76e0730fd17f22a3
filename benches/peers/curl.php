<?php
/*
 * (b) php-curl as an experienced user writes it: one handle for the life of the process, options set
 * once, keys sent with the first request, the connection kept, and the answer decoded.
 */
declare(strict_types=1);

$curl = curl_init(getenv('BENCH_ENDPOINT'));
curl_setopt_array($curl, [
    CURLOPT_POST => true,
    CURLOPT_POSTREDIR => CURL_REDIR_POST_ALL,
    CURLOPT_FOLLOWLOCATION => true,
    CURLOPT_HTTPAUTH => CURLAUTH_BASIC,
    CURLOPT_USERPWD => 'PUBLIC_KEY:PRIVATE_KEY',
    CURLOPT_RETURNTRANSFER => true,
]);

return static function (array $post) use ($curl): mixed {
    curl_setopt($curl, CURLOPT_POSTFIELDS, http_build_query($post));
    $answer = curl_exec($curl);
    return $answer === false ? false : json_decode($answer, true);
};
