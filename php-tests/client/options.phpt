--TEST--
Spread\Client: an option with a wrong name, type or value is an error that names it
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

configure(log_failures: 0);
$cases = [
    ['timout' => 1], ['spread.timeout' => 1], [5 => 1], ["a\nb" => 1],
    ['timeout' => 'soon'], ['timeout' => []], ['timeout' => null], ['timeout' => true], ['timeout' => 0], ['timeout' => '2.5'],
    ['connect_timeout' => -1], ['endpoint' => 5], ['endpoint' => 'ftp://x/'], ['endpoint' => 'https://u:p@x/'],
    ['auth' => 'ntlm'], ['max_redirects' => 1.5], ['max_redirects' => -1], ['ca_file' => false], ['proxy' => 'ftp://x'],
    ['outbox' => 5], ['outbox' => 'outbox.db'], ['outbox' => 'mysql://u:hidden@h'], ['delivery' => 'later'], ['credentials_file' => '/x'],
    ['auth' => 'digest', 'max_redirects' => 3, 'proxy' => '', 'ca_file' => '', 'connect_timeout' => 1, 'timeout' => 0.5],
    ['outbox' => 'sqlite:/nowhere/outbox.db', 'delivery' => 'deferred'], ['outbox' => ''],
];
foreach ($cases as $options) {
    try {
        new Spread\Client('shop', 's3cret', $options);
        echo 'fine: ', json_encode($options), "\n";
    } catch (Error $error) {
        echo $error::class, ': ', strstr($error->getMessage(), 'holds'), "\n";
    }
}
foreach ([['', 'x'], ['x', ''], ['a:b', 'x']] as $keys) {
    try {
        new Spread\Client(...$keys);
    } catch (Throwable $error) {
        echo $error::class, "\n";
    }
}
// An omitted option has the current value of its setting.
configure(timeout: 'never');
try {
    new Spread\Client('shop', 's3cret');
} catch (Spread\ConfigurationException $exception) {
    echo $exception->getMessage(), "\n";
}
new Spread\Client('shop', 's3cret', ['timeout' => 1]);
?>
--EXPECT--
ValueError: holds an unknown option "timout"; the options are endpoint, connect_timeout, timeout, auth, max_redirects, ca_file, proxy, outbox, delivery, circuit_breaker
ValueError: holds an unknown option "spread.timeout"; the options are endpoint, connect_timeout, timeout, auth, max_redirects, ca_file, proxy, outbox, delivery, circuit_breaker
ValueError: holds an unknown option "5"; the options are endpoint, connect_timeout, timeout, auth, max_redirects, ca_file, proxy, outbox, delivery, circuit_breaker
ValueError: holds an unknown option "ab"; the options are endpoint, connect_timeout, timeout, auth, max_redirects, ca_file, proxy, outbox, delivery, circuit_breaker
TypeError: holds "timeout", which must be of type int|float, string given
TypeError: holds "timeout", which must be of type int|float, array given
TypeError: holds "timeout", which must be of type int|float, null given
TypeError: holds "timeout", which must be of type int|float, bool given
ValueError: holds "timeout", which must be a number of seconds above 0 and at most 86400, such as 10 or 0.5
fine: {"timeout":"2.5"}
ValueError: holds "connect_timeout", which must be a number of seconds above 0 and at most 86400, such as 10 or 0.5
TypeError: holds "endpoint", which must be of type string, int given
ValueError: holds "endpoint", which must be an http:// or https:// URL such as https://social-sb.com/api/updateOrder
ValueError: holds "endpoint", which must be an http:// or https:// URL with no user in it; the keys belong in spread.public_key and spread.private_key
ValueError: holds "auth", which must be auto, any, basic or digest
ValueError: holds "max_redirects", which must be a whole number from 0 to 1000
ValueError: holds "max_redirects", which must be a whole number from 0 to 1000
TypeError: holds "ca_file", which must be of type string, bool given
ValueError: holds "proxy", which must be a proxy such as http://proxy.example:3128 (http, https, socks4, socks4a, socks5 or socks5h), with special characters of a user and password percent-encoded
TypeError: holds "outbox", which must be of type string, int given
ValueError: holds "outbox", which must be sqlite:/absolute/path/outbox.db or mysql://user:password@host:3306/database, or empty
ValueError: holds "outbox", which must be mysql://user:password@host:3306/database, optionally with ?ssl-mode= (disabled, preferred, required, verify-ca or verify-identity), ssl-ca= or socket=; special characters are percent-encoded
ValueError: holds "delivery", which must be direct, after_response or deferred
ValueError: holds an unknown option "credentials_file"; the options are endpoint, connect_timeout, timeout, auth, max_redirects, ca_file, proxy, outbox, delivery, circuit_breaker
fine: {"auth":"digest","max_redirects":3,"proxy":"","ca_file":"","connect_timeout":1,"timeout":0.5}
fine: {"outbox":"sqlite:\/nowhere\/outbox.db","delivery":"deferred"}
fine: {"outbox":""}
Spread\ConfigurationException
Spread\ConfigurationException
ValueError
the order was not sent: spread.timeout must be a number of seconds above 0 and at most 86400, such as 10 or 0.5
