--TEST--
php-fpm behind Apache's mod_proxy_fcgi: the page leaves before its order, however it ends
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/pages.inc';

$root = new WebRoot();
$gate = new Gate();
[, $daemons] = start_fpm_behind_nginx($root, 3, after_response_settings($gate, $root));
$dir = $root->directory;
$modules = current(array_filter(['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/libexec/apache2'], is_dir(...)));
$load = '';
foreach (['mpm_event', 'authz_core', 'proxy', 'proxy_fcgi'] as $name) {
    $load .= "LoadModule {$name}_module $modules/mod_$name.so\n";
}
$worker = worker_user();
$identity = $worker === null ? '' : "User {$worker['user']}\nGroup {$worker['group']}\n";
$port = free_port();
$configuration = $root->write('apache.conf', <<<CONF
    {$load}{$identity}ServerRoot $dir
    DefaultRuntimeDir $dir/tmp
    PidFile $dir/apache.pid
    Mutex file:$dir/tmp default
    Listen 127.0.0.1:$port
    ServerName 127.0.0.1
    ErrorLog $dir/logs/apache.log
    DocumentRoot $dir/pages
    <Directory $dir/pages>
        Require all granted
    </Directory>
    <FilesMatch \.php$>
        SetHandler "proxy:unix:$dir/fpm.sock|fcgi://localhost"
    </FilesMatch>
    CONF);
$daemons[] = new Daemon([program('apache2', 'httpd'), '-f', $configuration, '-DFOREGROUND'], "tcp://127.0.0.1:$port", $root);
check_pages("http://127.0.0.1:$port/after_response.php", $gate, $root, hands_over: true);
echo "done\n";
?>
--EXPECT--
done
