--TEST--
The table for the tests of the client crate agrees with libcurl 7.88
--EXTENSIONS--
curl
--SKIPIF--
<?php if (!str_starts_with(curl_version()['version'], '7.88.')) die('skip another libcurl');
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/oracle.php';
same('libcurl.json', file_get_contents(__DIR__ . '/libcurl.json'), oracle());
echo "compared\n";
?>
--EXPECT--
compared
