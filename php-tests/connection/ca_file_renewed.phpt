--TEST--
A CA file that was replaced is read again when a certificate's authority is unknown, and only then
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$tls = new Certificates();
$file = "{$tls->directory}/trusted";
$owner = getmypid();
register_shutdown_function(static fn () => getmypid() === $owner && @unlink($file));
copy($tls->ca, $file);
$handler = static fn (): string => answer_json('answered');
$old = serve($handler, ['tls' => $tls->server('good')]);
$new = serve($handler, ['tls' => $tls->server('unknown_ca')]);
configure(public_key: 'shop', private_key: 's3cret', ca_file: $file, log_failures: 0);
$call = static function (Server $server): string {
    configure(endpoint: $server->url());
    return outcome(spread_update_order(['order_idorder' => '0000001'], []));
};
echo 'as it was: ', $call($old), ', ', $call($new), "\n";
contains('message', 'unknown authority', spread_last_error()->getMessage());
same('attempts while the file is the same', 1, $new->connections());

copy($tls->otherCa, "$file.new");
rename("$file.new", $file);
echo 'another file: ', $call($new), ', ', $call($old), "\n";
same('attempts', 3, $new->connections());

file_put_contents($file, file_get_contents($tls->ca), FILE_APPEND);
echo 'appended: ', $call($old), ', ', $call($new), "\n";

// The connections of a trust that has been taken away stay, as does a file that is gone.
unlink($file);
echo 'no file: ', $call($old), ', ', $call($new), "\n";
?>
--EXPECT--
as it was: answer "answered", Spread\ConnectionException
another file: answer "answered", Spread\ConnectionException
appended: answer "answered", answer "answered"
no file: answer "answered", answer "answered"
