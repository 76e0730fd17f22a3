--TEST--
Spread\OrderState is encoded as its documented value in every PHP version
--FILE--
<?php
foreach (Spread\OrderState::cases() as $state) {
    echo $state->name, ' ', $state->value, ' ', spread_encode_order(['order_state' => $state], ['list' => [$state]]), "\n";
}
var_dump(Spread\OrderState::from(20) === Spread\OrderState::Paid, Spread\OrderState::tryFrom(30), spread_validate_order(['order_state' => Spread\OrderState::Paid], []) === spread_validate_order(['order_state' => 20], []));
?>
--EXPECT--
Cancelled 0 data%5Border_state%5D=0&request%5Blist%5D%5B0%5D=0
Pending 10 data%5Border_state%5D=10&request%5Blist%5D%5B0%5D=10
Paid 20 data%5Border_state%5D=20&request%5Blist%5D%5B0%5D=20
Shipped 50 data%5Border_state%5D=50&request%5Blist%5D%5B0%5D=50
Completed 100 data%5Border_state%5D=100&request%5Blist%5D%5B0%5D=100
bool(true)
NULL
bool(true)
