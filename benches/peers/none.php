<?php
/* No order at all: what PHP itself takes. */
declare(strict_types=1);

return static fn (array $post): mixed => ['status' => 'success'];
