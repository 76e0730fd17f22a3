<?php
declare(strict_types=1);

namespace Shop\Crm;

final class Reporter
{
    private const URL = 'https://social-sb.com/api/updateOrder';

    public function __construct(private readonly int $state = 10) {}

    public function report(string $id): bool
    {
        $data = ['order_idorder' => $id, 'order_state' => $this->state];
        $data['customer_email'] = 'john@doe.com';
        $request = ['order_idorder' => $id];
        $curl = \curl_init(self::URL);
        \curl_setopt($curl, \CURLOPT_POST, true);
        \curl_setopt($curl, \CURLOPT_POSTREDIR, \CURL_REDIR_POST_ALL);
        \curl_setopt($curl, \CURLOPT_FOLLOWLOCATION, true);
        \curl_setopt($curl, \CURLOPT_HTTPAUTH, \CURLAUTH_ANY);
        \curl_setopt($curl, \CURLOPT_USERPWD, 'shop:s3cret');
        \curl_setopt($curl, \CURLOPT_POSTFIELDS, \http_build_query(['data' => $data, 'request' => $request]));
        \curl_setopt($curl, \CURLOPT_RETURNTRANSFER, true);
        $return = \curl_exec($curl);
        \curl_close($curl);

        return $return !== false;
    }
}

var_dump((new Reporter())->report('0000001'));
