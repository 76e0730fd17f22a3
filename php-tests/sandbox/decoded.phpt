--TEST--
The page reads a body as PHP's parse_str() does
--SKIPIF--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('browser');
sandbox_program();
?>
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';
support('browser');

$seed = test_seed();
mt_srand($seed);
[$sandbox, $endpoint, $page] = start_sandbox();
$keys = ['Authorization' => 'Basic ' . base64_encode('PUBLIC_KEY:PRIVATE_KEY')];

/** @return list<string> each value with its path, as the page writes them */
function paths(array $form): array
{
    $paths = [];
    $walk = static function (string $path, mixed $value) use (&$walk, &$paths): void {
        if (is_array($value)) {
            foreach ($value as $key => $inner) {
                $walk("{$path}[$key]", $inner);
            }
        } else {
            $paths[] = "$path = $value";
        }
    };
    foreach (['data', 'request'] as $document) {
        if (is_array($form[$document] ?? [])) {
            foreach ($form[$document] ?? [] as $key => $value) {
                $walk("$document.$key", $value);
            }
        } else {
            $paths[] = "$document = $form[$document]";
        }
    }
    return $paths;
}

/** @return list<string> the same, from the page */
function shown(string $page): array
{
    preg_match_all('~<tr><th class="value" scope="row">(.*?)</th><td class="value">(.*?)</td>~', $page, $rows, PREG_SET_ORDER);
    $text = static fn (string $html): string => html_entity_decode(strip_tags($html), ENT_QUOTES | ENT_HTML5);
    return array_map(static fn (array $row): string => "{$text($row[1])} = {$text($row[2])}", $rows);
}

$bodies = [
    'data[]=a&data[]=b', 'data[5]=a&data[]=b', 'data[-5]=a&data[]=b', 'data[05]=a&data[+5]=b&data[5.0]=c', 'data[9223372036854775807]=a',
    'data[a]=1&data[a]=2', 'data[a]=1&data[a][b]=2', 'data[a][b]=2&data[a]=1', 'data[a][]=1&data[a][]=2&data[a][x]=3&data[a][]=4',
    'data[a]b[c]=1', 'data[a][b=1', 'data[a][b][=1', 'data[a]]=1', 'data[a[b]]=1', 'data[[a]]=1', 'data[a b]=1&data[a.b]=2', 'data[a%5Bb]=1',
    'data=1', 'data=1&data[a]=2', 'data[a]=1&data=2', '&&data[a]=1&', 'data[a]', 'data[a]=', 'data[a]=b=c', 'data[a]=1;data[b]=2',
    '+data[a]=1', 'data%5Ba%5D=1', 'data[a]=%', 'data[a]=%4', 'data[a]=%zz%41', 'data[0][0][0]=1', 'request[a]=1&data[b]=2', 'data[ a]=1', 'data[a ]=1',
];
$name = static fn (): string => ['a', 'b', 'c d', '0', '7', '-1', '', 'é', 'x.y'][mt_rand(0, 8)];
for ($times = 0; $times < 100; $times++) {
    $pairs = [];
    for ($pair = mt_rand(1, 8); $pair > 0; $pair--) {
        $brackets = '';
        for ($level = mt_rand(1, 4); $level > 0; $level--) {
            $brackets .= '[' . $name() . ']';
        }
        $pairs[] = urlencode(['data', 'request'][mt_rand(0, 1)] . $brackets) . '=' . mt_rand(0, 99);
    }
    $bodies[] = implode('&', $pairs);
}
$values = 0;
foreach ($bodies as $number => $body) {
    // One order per body: none has an id.
    $answer = request('POST', $endpoint, $keys, $body);
    if (!same("status of $body", 200, $answer['status'])) {
        break;
    }
    parse_str($body, $form);
    $item = $number + 1;
    $values += count(paths($form));
    if (!same("seed $seed: $body", paths($form), shown(request('GET', "{$page}items/$item")['body']))) {
        break;
    }
}
holds('values', $values > 200, (string) $values);
?>
done
--EXPECT--
done
