<?php
/* spread with an outbox and `spread.delivery = deferred`: each call has another order, as in a shop. */
declare(strict_types=1);

return static function (array $post): mixed {
    static $number = 0;
    $post['data']['order_idorder'] = $post['request']['order_idorder'] = getmypid() . '-' . ++$number;
    $kept = spread_update_order($post['data'], $post['request']);
    return $kept === true ? ['status' => 'success'] : false;
};
