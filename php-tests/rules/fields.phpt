--TEST--
Each field accepts values that keep its rule and reports values that break it
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
require __DIR__ . '/order.inc';

enum State: int
{
    case Paid = 20;
    case Lost = 21;
}
enum Tag: string
{
    case Gift = 'gift';
}
enum Unit
{
    case Only;
}

$stream = fopen('php://memory', 'r');
$opt_in = ['right' => ['1', '0', '-1', 1, 0, -1, true, false, null], 'wrong' => ['yes', '2', '', 2, 'true', ['1'], new stdClass()], 'rule' => 'not-an-opt-in'];
$date = [
    'right' => ['2024-02-29', '2000-02-29', null, $stream],
    'wrong' => ['2023-02-29', '1900-02-29', '0000-00-00', '2024-04-31', '2024-2-9', '29/02/2024', '2024-02-29 00:00:00', "2024-02-29\n", '', 20240229, new DateTime()],
    'rule' => 'not-a-date',
];
$tags = ['right' => [['a', 'b'], ['a'], 'a,b', 'a', [Tag::Gift], null], 'wrong' => [[1], ['a', null], [['a']], 5, true, new stdClass(), [new Exception()]], 'rule' => 'not-tags'];
$text = ['right' => ['', 'é', '0', 5, 1.5, true, null, Tag::Gift], 'wrong' => [['a'], new stdClass(), Unit::Only, new ArrayObject(['a'])], 'rule' => 'not-text'];

$fields = [
    'customer_email' => [
        'right' => ['john@doe.com', 'jean.néron@bücher.example', '"a b"@doe.com', "o'brien+x@doe.co.uk", 'root@localhost', 'a@[192.0.2.1]'],
        'wrong' => ['john', 'john@', '@doe.com', 'john@@doe.com', 'john @doe.com', 'john@doe,com', "john@doe.com\n", 'a@b.com,c@d.com', 5, true],
        'rule' => 'not-an-email',
    ],
    'order_state' => [
        'right' => ['0', '10', '20', '50', '100', 0, 10, 20, 50, 100, 10.0, State::Paid],
        'wrong' => ['1', '010', ' 10', '10.0', 'paid', 1, -10, 10.5, NAN, true, false, State::Lost, Unit::Only, ['10'], new stdClass()],
        'rule' => 'not-a-state',
    ],
    'order_amount' => [
        'right' => ['158.31', 158.31, 0, 0.0, '0', -5, '.5', '1e3', ' 12 '],
        'wrong' => ['158,31', '158.31 EUR', '1 000', 'free', '0x1A', INF, NAN, true, ['1'], new stdClass()],
        'rule' => 'not-a-number',
    ],
    'order_crea_dt' => [
        'right' => ['2014-06-21 14:31:08', '2024-02-29 00:00:00', '2024-12-31 23:59:59'],
        'wrong' => ['2014-06-21', '2014-06-21T14:31:08', '2014-06-21 24:00:00', '2014-06-21 14:31:60', '2014-06-31 14:31:08', '0000-00-00 00:00:00', '2014-06-21 14:31:08Z', 1403361068, new DateTime()],
        'rule' => 'not-a-date-time',
    ],
    'order_start_service' => $date,
    'order_end_service' => $date,
    'customer_birthday' => $date,
    'customer_isoptin' => $opt_in,
    'customer_mobile_isoptin' => $opt_in,
    'customer_gender' => ['right' => ['male', 'female', null], 'wrong' => ['Male', 'M', '1', 1, '', ['male']], 'rule' => 'not-a-gender', 'severity' => 'warning'],
    'consents' => [
        'right' => [['news' => true, 'sms' => false], ['a' => 1, 'b' => 0, 'c' => '1', 'd' => '0', 'e' => 'true', 'f' => 'false'], null],
        'wrong' => [['a' => -1], ['a' => 'yes'], ['a' => null], ['a' => ['1']], ['' => 1], [1, 0], ['news'], 'news', true, new stdClass()],
        'rule' => 'not-consents',
    ],
    'custom_fields' => [
        'right' => [[327 => 'value'], ['327' => 'value'], [0 => null, 5 => ['a']], null],
        'wrong' => [['size' => 'xl'], ['0327' => 'x'], ['' => 'x'], 'value', 327, new stdClass()],
        'rule' => 'not-custom-fields',
    ],
    'add_tag' => $tags,
    'del_tag' => $tags,
    'add_order_tag' => $tags,
    'del_order_tag' => $tags,
    'product_attributes' => [
        'right' => [[['size:xl', 'type:shirt'], ['size:s']], [[Tag::Gift]], null],
        'wrong' => [['size:xl'], 'size:xl', [[1]], [[['size:xl']]], ['shirt' => ['size:xl']], [['size' => 'xl']], [1 => ['size:xl']], [null], new stdClass()],
        'rule' => 'not-product-attributes',
    ],
    'date' => ['right' => ['x', ['x'], new stdClass(), 5]],
    'group' => ['right' => ['x', ['x'], new stdClass(), 5]],
];
$fields += [
    'external_id' => ['right' => ['', '12', 'é', '00', 5, true, null, Tag::Gift], 'wrong' => ['0', 0, 0.0, false], 'rule' => 'guest-id', 'severity' => 'warning'],
    'customer_country' => ['right' => ['', 'FR', 'GB', 'RE', null], 'wrong' => ['France', 'fr', 'UK', 'XX', 250, true], 'rule' => 'not-a-country', 'severity' => 'warning'],
    'customer_lang' => ['right' => ['', 'fr_FR', 'en_GB', null], 'wrong' => ['en-gb', 'en_gb', 'fr', 'fr_XX', 1], 'rule' => 'not-a-language', 'severity' => 'warning'],
];
$plain = ['customer_cookie', 'customer_name', 'customer_firstname', 'customer_address', 'customer_address2', 'customer_address_2',
    'customer_address3', 'customer_address_3', 'customer_cp', 'customer_city', 'customer_tel', 'customer_mobile',
    'customer_fonction', 'customer_company', 'action'];
$fields += array_fill_keys($plain, $text);

$checked = 0;
foreach ($fields as $field => $values) {
    foreach ($values['right'] as $value) {
        same("$field = " . @json_encode($value, JSON_PARTIAL_OUTPUT_ON_ERROR), [], broken(an_order([$field => $value])));
        $checked++;
    }
    foreach ($values['wrong'] ?? [] as $value) {
        $expected = ["data.$field: $values[rule] (" . ($values['severity'] ?? 'error') . ')'];
        same("$field = " . @json_encode($value, JSON_PARTIAL_OUTPUT_ON_ERROR), $expected, broken(an_order([$field => $value])));
        $checked++;
    }
    // Empty arrays and invalid UTF-8 are reported for every field, in addition to its own rule.
    holds("$field, not UTF-8", in_array("data.$field: not-utf-8 (error)", broken(an_order([$field => "caf\xe9"])), true));
    holds("$field, empty", in_array("data.$field: empty-array (warning)", broken(an_order([$field => []])), true));
}
same('not UTF-8 inside', ['data.add_tag: not-utf-8 (error)'], broken(an_order(['add_tag' => ['a', "\xff"]])));
same('empty inside', ['data.product_attributes: empty-array (warning)'], broken(an_order(['product_attributes' => [['a'], []]])));

// What shops send that store escaped text, with what to write instead.
$escaped = array_map(htmlspecialchars(...), ["L'Hay", 'Tom & Co', '"Le Clos"', '<b>']);
foreach ([...$escaped, htmlentities('Renée'), '&#x27;'] as $name) {
    same($name, ['data.customer_name: escaped-text (warning)'], broken(an_order(['customer_name' => $name])));
    same("$name inside", ['data.product_attributes: escaped-text (warning)'], broken(an_order(['product_attributes' => [[$name]]])));
    same("$name decoded", [], broken(an_order(['customer_name' => html_entity_decode($name)])));
}
foreach (['R&D;', 'a&b', 'Tom & Co; Ltd', '&;'] as $name) {
    same($name, [], broken(an_order(['customer_name' => $name])));
}
foreach ([['customer_country', 'Allemagne', 'DE'], ['customer_country', 'UK', 'GB'], ['customer_lang', 'en-gb', 'en_GB']] as [$field, $value, $instead]) {
    $message = spread_validate_order(an_order([$field => $value]), ['order_idorder' => '0000001'])[0]['message'];
    holds("$field = $value: $message", str_ends_with($message, "; write $instead"));
}

// Required fields.
foreach (['order_idorder', 'order_state', 'order_amount', 'order_crea_dt'] as $field) {
    foreach (['absent', null, '', $stream] as $nothing) {
        same("no $field", ["data.$field: missing (error)"], broken(an_order([$field => $nothing])));
    }
}
foreach ([[], ['order_idorder' => null], ['order_idorder' => '']] as $request) {
    same('no id in request', ['request.order_idorder: missing (error)'], broken(an_order(), $request));
}

// Rules across fields.
same('neither', ['data.customer_email: missing (error)'], broken(an_order(['customer_email' => 'absent'])));
same('neither, empty', ['data.customer_email: missing (error)'], broken(an_order(['customer_email' => '', 'external_id' => ''])));
same('the id alone', [], broken(an_order(['customer_email' => 'absent', 'external_id' => 7])));
same('no consent without address', ['data.consents: consents-without-email (error)'],
    broken(an_order(['customer_email' => 'absent', 'external_id' => 7, 'consents' => ['a' => 1]])));
same('ends before', ['data.order_end_service: end-before-start (warning)'],
    broken(an_order(['order_start_service' => '2019-06-05', 'order_end_service' => '2019-06-04'])));
same('ends the same day', [], broken(an_order(['order_start_service' => '2019-06-05', 'order_end_service' => '2019-06-05'])));
same('another order', ['request.order_idorder: different-order (warning)'], broken(an_order(), ['order_idorder' => '1']));
same('the same order', [], broken(an_order(['order_idorder' => 7]), ['order_idorder' => '7']));

// In the sequence of the fields, not of the array.
same('order', ['data.customer_gender: not-a-gender (warning)', 'data.order_state: not-a-state (error)', 'data.order_amount: not-a-number (error)',
    'data.del_order_tag: not-tags (error)', 'data.unheard: unknown-field (warning)'],
    broken(['unheard' => 1, 'del_order_tag' => 1, 'order_amount' => 'x', 'customer_gender' => 'x', 'order_state' => 'x'] + an_order()));
echo $checked, " values checked\n";
?>
--EXPECTF--
%d values checked
