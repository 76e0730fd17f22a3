--TEST--
`install` over the loaded extension leaves running processes alone, as docs/operations.md says; `cp` kills them
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

$server = serve(static fn (): string => answer_json('ok'));
$place = new Place();
foreach (['install -m 644' => 'ok', 'cp' => null] as $command => $expected) {
    $loaded = $place->path('spread.so', file_get_contents(extension_file()));
    $new = $place->path('new.so', 'an extension for other processes');
    $settings = ['spread.endpoint' => $server->url(), 'spread.public_key' => 'shop', 'spread.private_key' => 's3cret'];
    $code = 'echo "ready\n"; fgets(STDIN); echo spread_update_order([], []), "\n";';
    $php = str_replace(extension_file(), $loaded, php_command($settings, '-r', $code));
    $process = proc_open($php, [['pipe', 'r'], ['pipe', 'w'], ['file', '/dev/null', 'w']], $pipes);
    same("$command: before", "ready\n", fgets($pipes[1]));
    same($command, '', run(['sh', '-c', "$command $new $loaded"])['err']);
    fwrite($pipes[0], "go\n");
    same("$command: after", $expected, trim((string) fgets($pipes[1])) ?: null);
    proc_close($process);
}
echo "done\n";
?>
--EXPECT--
done
