<?php
/*
 * (c) PHP with openssl only: its https wrapper, which opens a connection for every order and sends the
 * keys with the first request.
 */
declare(strict_types=1);

return static function (array $post): mixed {
    $answer = file_get_contents(getenv('BENCH_ENDPOINT'), false, stream_context_create(['http' => [
        'method' => 'POST',
        'header' => "Content-Type: application/x-www-form-urlencoded\r\n"
            . 'Authorization: Basic ' . base64_encode('PUBLIC_KEY:PRIVATE_KEY') . "\r\n",
        'content' => http_build_query($post),
    ]]));
    return $answer === false ? false : json_decode($answer, true);
};
