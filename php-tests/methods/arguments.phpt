--TEST--
The functions of the methods check their arguments as any PHP function; only updateOrder requires its second array
--FILE--
<?php
require __DIR__ . '/../support/bootstrap.php';

configure(log_failures: 0);
foreach (['spread_update_order', 'spread_create_order', 'spread_update_account', 'spread_create_account', 'spread_validate_account'] as $function) {
    $least = $function === 'spread_update_order' ? 2 : 1;
    same("$function()", 'ArgumentCountError', strstr(thrown(static fn () => $function()) ?? '', ':', true));
    same("$function() with one", $least === 2 ? 'ArgumentCountError' : null, strstr(thrown(static fn () => $function([])) ?? '', ':', true) ?: null);
    same("$function() with three", 'ArgumentCountError', strstr(thrown(static fn () => $function([], [], [])) ?? '', ':', true));
    same("$function() with a text", 'TypeError', strstr(thrown(static fn () => $function([], 'x')) ?? '', ':', true));
}
echo thrown(static fn () => spread_create_account()), "\n";
echo thrown(static fn () => spread_create_account(null)), "\n";
?>
--EXPECT--
ArgumentCountError: spread_create_account() expects at least 1 argument, 0 given
TypeError: spread_create_account(): Argument #1 ($data) must be of type array, null given
