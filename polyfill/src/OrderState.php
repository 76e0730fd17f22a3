<?php

namespace Spread;

// An enum since PHP 8.1, whose syntax older parsers cannot read: it has a file of its own.
if (PHP_VERSION_ID >= 80100) {
    require __DIR__ . '/../enum/OrderState.php';
} else {
    final class OrderState
    {
        const Cancelled = 0;
        const Pending = 10;
        const Paid = 20;
        const Shipped = 50;
        const Completed = 100;
    }
}
