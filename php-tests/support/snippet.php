<?php
/*
 * The documented code as a function: shops run it today, and spread is compared with it. The only
 * added line is the CA of the tests. Needs php-curl (--EXTENSIONS-- curl).
 */
declare(strict_types=1);

/**
 * @param array $post_data the documented array: "data" and "request"
 * @param string $keys     PUBLIC_KEY:PRIVATE_KEY
 * @param array $options   additional curl options, to compare a setting of spread with
 * @return string|false the return value of curl_exec()
 */
function snippet(array $post_data, string $url, string $keys, ?string $ca = null, array $options = []): mixed
{
    $curl_post_data = http_build_query($post_data);
    $curl = curl_init();
    curl_setopt($curl, CURLOPT_URL, $url);
    curl_setopt($curl, CURLOPT_POST, true);
    curl_setopt($curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
    curl_setopt($curl, CURLOPT_FOLLOWLOCATION, true);
    curl_setopt($curl, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
    curl_setopt($curl, CURLOPT_USERPWD, $keys);
    curl_setopt($curl, CURLOPT_POSTFIELDS, $curl_post_data);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    if ($ca !== null) {
        curl_setopt($curl, CURLOPT_CAINFO, $ca);
    }
    curl_setopt_array($curl, $options);
    $curl_return = curl_exec($curl);
    unset($curl); // curl_close() does nothing since PHP 8.0 and is deprecated since 8.5
    return $curl_return;
}

/** Whether the libcurl that the snippet uses is this version or a later one. */
function libcurl_since(string $version): bool
{
    return version_compare(curl_version()['version'], $version, '>=');
}

/** For SKIPIF: the ledger describes no other versions. */
function skip_unless_ledger_covers_libcurl(): void
{
    $version = curl_version()['version'];
    if (!libcurl_since('7.88') || libcurl_since('8.0') && !libcurl_since('8.14')) {
        die("skip the ledger does not describe libcurl $version");
    }
}

/** Whether it is built with a feature, such as CURL_VERSION_NTLM, which Debian's is not since 8.21. */
function libcurl_has(int $feature): bool
{
    return (curl_version()['features'] & $feature) !== 0;
}
