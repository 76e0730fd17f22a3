--TEST--
A deferred call logs that orders have been pending for a quarter of an hour, once a process, and looks once a minute
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$place = new Place();
$settings = ['spread.endpoint' => 'https://nowhere.invalid/', 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret', 'spread.outbox' => $place->setting(), 'spread.delivery' => 'deferred'];
/** The log of a new process that makes calls. */
$log = static function (string $code, array $more = []) use ($settings): string {
    $call = 'function call(string $id): void { spread_update_order(["order_idorder" => $id], ["order_idorder" => $id]) === true or print "not kept"; }';
    $result = run_php($call . $code, $more + $settings);
    same('output', '', $result['out']);
    return $result['err'];
};
$age = static function (int $seconds) use ($place): void {
    same('sqlite3', '', run(['sqlite3', $place->file, "UPDATE spread_records SET accepted = accepted - $seconds * 1000 WHERE id = 1"])['err']);
};
$line = static fn (int $minutes): string => "spread: the oldest order in the outbox has been pending for $minutes min; check that the worker runs, and what `spread-outbox status` says\n";

same('nothing is old', '', $log('call("1"); call("2");'));
$age(14 * 60);
same('14 minutes', '', $log('call("3");'));
$age(3 * 60);
same('17 minutes', $line(17), $log('for ($i = 0; $i < 20; $i++) call("many");'));
same('another process', $line(17), $log('call("4");'));
same('a client', $line(17), $log('(new Spread\Client("shop", "s3cret"))->updateOrder(["order_idorder" => "5"], []);'));
same('log_failures off', '', $log('call("6");', ['spread.log_failures' => 0]));
same('another outbox', '', $log('call("1");', ['spread.outbox' => (new Place())->setting()]));

// In its first call a process finds nothing that is old, and does not look again within the minute.
$later = new Place();
$own = ['spread.outbox' => $later->setting()];
$make_old = "exec(\"sqlite3 $later->file 'UPDATE spread_records SET accepted = accepted - 3600000'\");";
same('later in the process', '', $log("call('1'); $make_old call('2');", $own));
same('the next process', $line(60), $log('call("3");', $own));
echo "done\n";
?>
--EXPECT--
done
