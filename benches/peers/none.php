<?php
/* No order: the cost of PHP itself. */
declare(strict_types=1);

return static fn (array $post): mixed => ['status' => 'success'];
