<?php
/* (d) This extension. Endpoint and keys are settings, as in a shop. */
declare(strict_types=1);

return static fn (array $post): mixed => spread_update_order($post['data'], $post['request']);
