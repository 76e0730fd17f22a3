--TEST--
All orders arrive at Apache with mod_auth_basic, mod_auth_digest, mod_alias and mod_ssl, as from the documented snippet
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$root = new WebRoot();
$dir = $root->directory;
foreach (['basic', 'digest', 'open'] as $area) {
    mkdir("$dir/pages/$area");
    $root->write("pages/$area/updateOrder", '{"ok":"' . $area . '"}');
}
$root->write('passwords', 'shop:{SHA}' . base64_encode(sha1('s3cret', true)) . "\n");
$root->write('digests', 'shop:SPREAD:' . md5('shop:SPREAD:s3cret') . "\n");
$certificate = $root->write('server.pem', file_get_contents($tls->server()['local_cert']));

$modules = current(array_filter(['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/libexec/apache2'], is_dir(...)));
$load = '';
foreach (['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_basic', 'auth_digest', 'alias', 'ssl'] as $name) {
    if (is_file("$modules/mod_$name.so")) {
        $load .= "LoadModule {$name}_module $modules/mod_$name.so\n";
    }
}
$worker = worker_user();
$identity = $worker === null ? '' : "User {$worker['user']}\nGroup {$worker['group']}\n";
$ports = ['http' => free_port(), 'https' => free_port()];
$configuration = $root->write('apache.conf', <<<CONF
    {$load}{$identity}ServerRoot $dir
    DefaultRuntimeDir $dir/tmp
    PidFile $dir/apache.pid
    Mutex file:$dir/tmp default
    Listen 127.0.0.1:{$ports['http']}
    Listen 127.0.0.1:{$ports['https']}
    ServerName 127.0.0.1
    ErrorLog $dir/logs/apache.log
    LogFormat "%>s %k %u %U %{Content-Length}i" orders
    CustomLog $dir/logs/orders orders
    StartServers 1
    ThreadsPerChild 4
    MinSpareThreads 4
    MaxRequestWorkers 4
    KeepAliveTimeout 1
    DocumentRoot $dir/pages
    <Directory $dir/pages>
        Require all granted
    </Directory>
    <Location /basic>
        AuthType Basic
        AuthName SPREAD
        AuthUserFile $dir/passwords
        Require valid-user
    </Location>
    <Location /digest>
        AuthType Digest
        AuthName SPREAD
        AuthUserFile $dir/digests
        AuthDigestNonceLifetime 1
        Require valid-user
    </Location>
    Redirect 301 /moved301 /basic/updateOrder
    Redirect 302 /moved302 /digest/updateOrder
    Redirect 307 /moved307 /open/updateOrder
    Redirect 308 /moved308 https://127.0.0.1:{$ports['https']}/basic/updateOrder
    <VirtualHost 127.0.0.1:{$ports['http']}>
    </VirtualHost>
    <VirtualHost 127.0.0.1:{$ports['https']}>
        SSLEngine on
        SSLCertificateFile $certificate
        CustomLog $dir/logs/orders orders
    </VirtualHost>
    CONF);
$apache = new Daemon([program('apache2', 'httpd'), '-f', $configuration, '-DFOREGROUND'], "tcp://127.0.0.1:{$ports['http']}", $root, ['PHP_INI_SCAN_DIR' => '']);

['first' => $order] = documented();
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);
$areas = [
    ['http', '/basic/updateOrder', 50, true], ['http', '/digest/updateOrder', 50, true], ['https', '/basic/updateOrder', 50, false], ['https', '/digest/updateOrder', 50, true],
    ['http', '/moved301', 5, false], ['http', '/moved302', 5, false], ['http', '/moved307', 5, false], ['https', '/moved301', 5, false], ['https', '/moved302', 5, false], ['https', '/moved307', 5, false],
];
foreach ($areas as [$scheme, $path, $count, $sleep]) {
    $url = "$scheme://127.0.0.1:$ports[$scheme]$path";
    configure(endpoint: $url);
    $return = snippet($order, $url, 'shop:s3cret', $tls->ca);
    $expected = json_decode((string) $return, true);
    holds("$url: the snippet's answer", isset($expected['ok']), var_export($return, true));
    $good = 0;
    for ($sent = 1; $sent <= $count; $sent++) {
        $answer = spread_update_order($order['data'], $order['request']);
        $good += (int) same("$scheme$path, order $sent: " . spread_last_error()?->getMessage(), $expected, $answer);
        if ($sent === 25 && $sleep) {
            usleep(2_100_000); // exceeds the keep-alive timeout, and the nonce's lifetime, which is in whole seconds
        }
    }
    echo "$scheme $path: {$expected['ok']}, $good of $count\n";
}
// Redirected to another origin, neither sends its keys. An older libcurl may do so at another port.
configure(endpoint: $url = "http://127.0.0.1:{$ports['http']}/moved308");
$answer = snippet($order, $url, 'shop:s3cret', $tls->ca);
$accepted = (int) !str_contains($answer, '401');
holds('the snippet at another origin', $accepted === 0 || !libcurl_since('7.88'), $answer);
same('another origin', 'Spread\AuthenticationException 401', outcome(spread_update_order($order['data'], $order['request'])));
foreach (['basic', 'digest'] as $area) {
    configure(endpoint: "http://127.0.0.1:{$ports['http']}/$area/updateOrder", private_key: 'wrong');
    same("$area: wrong keys", 'Spread\AuthenticationException 401', outcome(spread_update_order($order['data'], $order['request'])));
    configure(private_key: 's3cret');
}
$apache->stop();

// Apache's log: every order has its full length and a user, and few requests are without one.
$length = (string) strlen(http_build_query($order));
$lines = array_map(static fn (string $line): array => explode(' ', $line), file("$dir/logs/orders", FILE_IGNORE_NEW_LINES));
same('orders of another length', [], array_values(array_filter($lines, static fn (array $line): bool => $line[4] !== $length)));
$delivered = array_filter($lines, static fn (array $line): bool => $line[0] === '200' && ($line[2] === 'shop' || $line[3] === '/open/updateOrder'));
same('orders delivered', 240 + $accepted, count($delivered)); // 230 and ten of the snippet's
between('requests that were asked for keys', 10, 40, count(array_filter($lines, static fn (array $line): bool => $line[0] === '401')));
between('connections', 10, 40, count(array_filter($lines, static fn (array $line): bool => $line[1] === '0')));
same('errors', '', implode('', preg_grep('/segmentation|\[crit|\[alert|\[emerg/i', file("$dir/logs/apache.log"))));
echo "done\n";
?>
--EXPECT--
http /basic/updateOrder: basic, 50 of 50
http /digest/updateOrder: digest, 50 of 50
https /basic/updateOrder: basic, 50 of 50
https /digest/updateOrder: digest, 50 of 50
http /moved301: basic, 5 of 5
http /moved302: digest, 5 of 5
http /moved307: open, 5 of 5
https /moved301: basic, 5 of 5
https /moved302: digest, 5 of 5
https /moved307: open, 5 of 5
done
