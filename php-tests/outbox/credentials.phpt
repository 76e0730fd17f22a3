--TEST--
spread.credentials_file: one drain for several shops; an invalid file, or one that others can write, is refused without repeating a key
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$recorder = new Recorder();
configure(endpoint: $recorder->url(), outbox: $place->setting(), delivery: 'deferred', auth: 'basic');
$log = collect_log();
foreach (['shop' => 's3cret', 'second' => 's3cret:2', 'third' => 's3cret3'] as $public => $private) {
    $client = new Spread\Client($public, $private);
    foreach (['a', 'b'] as $id) {
        same("$public $id", true, $client->updateOrder(...order("$public $id")));
    }
}
configure(public_key: 'shop', private_key: 's3cret');
$file = $place->path('keys', "# shops\n\nsecond:s3cret:2\n");
$drained = static function (string $file, int $limit = 100): mixed {
    configure(credentials_file: $file);
    return spread_outbox_drain($limit);
};
$wrong = [
    'others can write to it' => [0646, "second:s3cret:2\n", 'chmod 640'],
    'the group can write to it' => [0620, "second:s3cret:2\n", 'chmod 640'],
    'no pair' => [0600, "second:s3cret:2\ns3cret3\n", 'line 2'],
    'no public key' => [0600, ":s3cret3\n", 'line 1'],
    'no private key' => [0600, "third:\n", 'line 1'],
    'twice' => [0600, "second:s3cret:2\nsecond:s3cret3\n", 'line 2'],
];
foreach ($wrong as $what => [$mode, $content, $reason]) {
    chmod($place->path('wrong', $content), $mode);
    $thrown = (string) thrown(static fn () => $drained($place->path('wrong')));
    contains($what, 'Spread\ConfigurationException: the outbox was not drained: spread.credentials_file names ' . $place->path('wrong'), $thrown);
    contains($what, $reason, $thrown);
    lacks($what, 's3cret', $thrown);
    lacks($what, 's3cret', implode($log()));
}
foreach ([$place->path('missing'), $place->directory, '/dev/zero', "nowhere\n"] as $path) {
    contains($path, 'Spread\ConfigurationException', thrown(static fn () => $drained($path)));
}
same('nothing was sent', [], $recorder->arrivals());
// spread_update_order() does not need the file.
same('a call', true, spread_update_order(...order('shop c')));

chmod($file, 0600);
same('two shops', ['delivered' => 5, 'failed' => 0, 'refused' => 0, 'expired' => 0, 'pending' => 2], $drained($file));
same('the third is pending', ['third a pending 0 0', 'third b pending 0 0'], $place->records());
file_put_contents($file, "third:s3cret3\r\n", FILE_APPEND);
same('the third', ['delivered' => 2, 'failed' => 0, 'refused' => 0, 'expired' => 0, 'pending' => 0], $drained($file));

// The server checks keys: each order is sent with those of its shop.
$recorder->behave('keys third:s3cret3');
foreach (['second' => 's3cret:2', 'third' => 's3cret3'] as $public => $private) {
    same("$public d", true, (new Spread\Client($public, $private))->updateOrder(...order("$public d")));
}
// One attempt for each: the delay before a second one is random, and may end within the drain.
same('asked for keys', ['delivered' => 1, 'failed' => 1, 'refused' => 0, 'expired' => 0, 'pending' => 1], $drained($file, 2));
same('the second was refused', ['second d pending 1 401'], $place->records());
$recorder->behave('keys second:s3cret:2');
$place->makeDue();
same('healed', ['delivered' => 1, 'failed' => 0, 'refused' => 0, 'expired' => 0, 'pending' => 0], $drained($file));
$users = [];
foreach ($recorder->arrivals() as $arrival) {
    if ($arrival['user'] !== '') {
        $users["{$arrival['id']} with {$arrival['user']}"] = true;
    }
}
same('keys', ['second d with second:s3cret:2', 'third d with third:s3cret3'], array_keys($users) === array_unique(array_keys($users)) ? (static function (array $users): array {
    sort($users);
    return $users;
})(array_keys($users)) : []);
lacks('the outbox', 's3cret', $place->bytes() === '' ? '' : (string) file_get_contents($place->file));
echo "done\n";
?>
--EXPECT--
done
