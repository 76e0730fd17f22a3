--TEST--
200 random faults with an SQLite outbox: locks, stopped and killed processes, outages, removed files, a clock that is set; the last accepted state of each order wins
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
skip_without('sqlite3');
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/faults.inc';

$place = Place::inMemory();
$moved = 0;
$remove = static function (bool $keep, bool $alone) use ($place, &$moved): Closure {
    return static function (Faults $faults) use ($place, &$moved, $keep, $alone): void {
        $begun = hrtime(true);
        $moved++;
        foreach ($alone ? [$place->file] : glob("{$place->file}*") as $file) {
            $keep ? @rename($file, str_replace('outbox.db', "moved-$moved.db", $file)) : @unlink($file);
        }
        $faults->removals[] = [$begun, hrtime(true), $keep];
    };
};
// The file may be gone, and must not be created by this.
$sqlite3 = [program('sqlite3'), '-bail', '-cmd', '.timeout 500', "file:{$place->file}?mode=rw"];
$faults = new Faults($place->setting(), [
    'locked' => [60, static fn (Faults $faults, float $for) => $faults->start($sqlite3, "BEGIN IMMEDIATE;\n.shell sleep $for\nCOMMIT;\n")],
    'removed' => [1, $remove(false, false)],
    'removed alone' => [1, $remove(false, true)],
    'moved' => [2, $remove(true, false)],
], one_clock: true);
$due = 'UPDATE spread_orders SET due = 1 WHERE due IS NOT NULL AND token IS NULL; UPDATE spread_endpoints SET due = min(due, 1); UPDATE spread_key_pairs SET due = min(due, 1);';
$faults->run(static fn () => $faults->start($sqlite3, $due), static fn (): int => count($place->records()));
$faults->judge(static function () use ($place): void {
    foreach (glob($place->path('moved-*.db')) as $file) {
        // Nobody is sending from it.
        run([program('sqlite3'), $file, 'UPDATE spread_orders SET due = 1, token = NULL WHERE due IS NOT NULL; UPDATE spread_endpoints SET due = 0; UPDATE spread_key_pairs SET due = 0;']);
        configure(public_key: 'shop', private_key: 's3cret', outbox: "sqlite:$file", timeout: 5);
        same("drained $file", 0, drain_all(20));
    }
});
holds("SPREAD_TEST_SEED={$faults->seed}: sound", $place->isSound());
echo "done\n";
?>
--EXPECT--
done
