--TEST--
Random texts are numbers if is_numeric() accepts them, and dates if checkdate() does
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/order.inc';

$seed = test_seed();
mt_srand($seed);
$rules = static fn (array $changes): array => array_column(spread_validate_order(an_order($changes), ['order_idorder' => '0000001']), 'rule');
$letters = ['0', '1', '9', '5', '.', '.', 'e', 'E', '+', '-', ' ', "\t", "\n", "\r", "\v", "\f", "\0", ',', 'x', '_', "\u{a0}"];
$different = $numeric = 0;
for ($round = 0; $round < 30_000 && $different < 5; $round++) {
    $text = '';
    for ($length = mt_rand(1, 7); $length > 0; $length--) {
        $text .= $letters[mt_rand(0, mt_rand(0, 3) ? 9 : count($letters) - 1)];
    }
    $numeric += (int) is_numeric($text);
    $different += (int) !same("SPREAD_TEST_SEED=$seed: " . json_encode($text), is_numeric($text) ? [] : ['not-a-number'], $rules(['order_amount' => $text]));
}
holds('both kinds of text', $numeric > 3000 && $numeric < 27_000, (string) $numeric);

for ($round = 0; $round < 20_000 && $different < 5; $round++) {
    [$year, $month, $day] = [mt_rand(0, 1) ? mt_rand(1890, 2110) : mt_rand(0, 9999), mt_rand(0, 13), mt_rand(0, 1) ? mt_rand(27, 32) : mt_rand(0, 32)];
    $date = sprintf('%04d-%02d-%02d', $year, $month, $day);
    $real = checkdate($month, $day, $year);
    $different += (int) !same($date, $real ? [] : ['not-a-date'], $rules(['customer_birthday' => $date]));
    [$hour, $minute, $second] = [mt_rand(0, 25), mt_rand(0, 61), mt_rand(0, 61)];
    $time = sprintf('%s %02d:%02d:%02d', $date, $hour, $minute, $second);
    $real = $real && $hour < 24 && $minute < 60 && $second < 60;
    $different += (int) !same($time, $real ? [] : ['not-a-date-time'], $rules(['order_crea_dt' => $time]));
}
echo "done\n";
?>
--EXPECT--
done
