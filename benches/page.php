<?php
/* A shop's page that reports one order. */
declare(strict_types=1);

// Until the order has arrived: wrk counts failed pages.
http_response_code(500);
require __DIR__ . '/order.php';
delivered($send($post));
http_response_code(200);
echo "thank you\n";
