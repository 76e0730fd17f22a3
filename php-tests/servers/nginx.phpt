--TEST--
All orders arrive at nginx with auth_basic, over http and TLS, with keepalive_requests 1 and keepalive_timeout 1s, as from the documented snippet
--EXTENSIONS--
curl
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$root = new WebRoot();
$dir = $root->directory;
$root->write('passwords', "shop:{PLAIN}s3cret\n");
$certificate = $root->write('server.pem', file_get_contents($tls->server()['local_cert']));
$kinds = [
    'http, one order for each connection' => ['http', 'keepalive_requests 1;'],
    'http, kept for a second' => ['http', 'keepalive_timeout 1s;'],
    'https, one order for each connection' => ['https', 'keepalive_requests 1;'],
    'https, kept for a second' => ['https', 'keepalive_timeout 1s;'],
];
$blocks = '';
$ports = [];
foreach (array_values($kinds) as $number => [$scheme, $setting]) {
    $ports[] = $port = free_port();
    $ssl = $scheme === 'https' ? "ssl_certificate $certificate; ssl_certificate_key $certificate;" : '';
    $blocks .= "server { listen 127.0.0.1:$port" . ($ssl ? ' ssl' : '') . "; $ssl $setting access_log $dir/logs/orders$number orders;\n"
        . "location /api/ { auth_basic SPREAD; auth_basic_user_file $dir/passwords; proxy_pass http://unix:$dir/tmp/api.sock; }\n"
        . "location = /moved { return 308 /api/updateOrder?moved; }\n"
        . "location / { return 404; } }\n";
}
$worker = worker_user();
$user = $worker === null ? '' : "user {$worker['user']} {$worker['group']};";
$configuration = $root->write('nginx.conf', <<<CONF
    $user
    worker_processes 1;
    daemon off;
    pid $dir/nginx.pid;
    error_log $dir/logs/nginx.log;
    events {
    }
    http {
        log_format orders escape=none '\$status \$connection \$connection_requests \$remote_user \$request_uri \$request_body';
        client_body_temp_path $dir/tmp/body;
        client_body_buffer_size 64k;
        fastcgi_temp_path $dir/tmp/fastcgi;
        proxy_temp_path $dir/tmp/proxy;
        uwsgi_temp_path $dir/tmp/uwsgi;
        scgi_temp_path $dir/tmp/scgi;
        server {
            listen unix:$dir/tmp/api.sock;
            access_log off;
            default_type application/json;
            location / {
                return 200 '{"ok":1,"for":"\$http_authorization","length":"\$http_content_length"}';
            }
        }
        $blocks
    }
    CONF);
$nginx = new Daemon(nginx($dir, $configuration), "tcp://127.0.0.1:$ports[3]", $root);

['second' => $order] = documented();
$body = http_build_query($order);
configure(public_key: 'shop', private_key: 's3cret', ca_file: $tls->ca, log_failures: 0);
foreach (array_keys($kinds) as $number => $what) {
    [$scheme, $setting] = $kinds[$what];
    foreach (['/api/updateOrder', '/moved'] as $path) {
        $url = "$scheme://127.0.0.1:$ports[$number]$path";
        configure(endpoint: $url);
        $expected = json_decode((string) snippet($order, $url, 'shop:s3cret', $tls->ca), true);
        same("$what, $path: the snippet's answer", ['ok' => 1, 'for' => 'Basic ' . base64_encode('shop:s3cret'), 'length' => (string) strlen($body)], $expected);
        $good = 0;
        $count = $path === '/moved' ? 10 : 50;
        for ($sent = 1; $sent <= $count; $sent++) {
            $answer = spread_update_order($order['data'], $order['request']);
            $good += (int) same("$what, $path, order $sent: " . spread_last_error()?->getMessage(), $expected, $answer);
            if ($sent === 25 && str_contains($setting, 'timeout')) {
                usleep(1_300_000);
            }
        }
        echo "$what, $path: $good of $count\n";
    }
    same("$what: an order to an unknown path", 'Spread\ResponseException 404', (static function () use ($scheme, $ports, $number, $order): string {
        configure(endpoint: "$scheme://127.0.0.1:$ports[$number]/nowhere");
        return outcome(spread_update_order($order['data'], $order['request']));
    })());
    configure(endpoint: "$scheme://127.0.0.1:$ports[$number]/api/updateOrder", private_key: 'wrong');
    same("$what: wrong keys", 'Spread\AuthenticationException 401', outcome(spread_update_order($order['data'], $order['request'])));
    configure(private_key: 's3cret');
}
$nginx->stop();

// nginx's log: each order arrives complete, with keys, once; connections are kept as long as it keeps them.
foreach (array_keys($kinds) as $number => $what) {
    $delivered = 0;
    $connections = [];
    foreach (file("$dir/logs/orders$number", FILE_IGNORE_NEW_LINES) as $line) {
        [$status, $connection, , $user, , $arrived] = explode(' ', $line, 6) + array_fill(0, 6, '');
        $connections[$connection] = true;
        $delivered += (int) ($status === '200' && $user === 'shop' && $arrived === $body);
    }
    same("$what: orders delivered", 62, $delivered); // 60 and two of the snippet's
    $kept = str_contains($what, 'kept');
    between("$what: connections", $kept ? 4 : 60, $kept ? 12 : 90, count($connections));
}
echo "done\n";
?>
--EXPECT--
http, one order for each connection, /api/updateOrder: 50 of 50
http, one order for each connection, /moved: 10 of 10
http, kept for a second, /api/updateOrder: 50 of 50
http, kept for a second, /moved: 10 of 10
https, one order for each connection, /api/updateOrder: 50 of 50
https, one order for each connection, /moved: 10 of 10
https, kept for a second, /api/updateOrder: 50 of 50
https, kept for a second, /moved: 10 of 10
done
