<?php
/*
 * The functions of the extension. See stubs/spread.php for their documentation.
 */

use Spread\Polyfill\Call;
use Spread\Polyfill\Encoder;
use Spread\Polyfill\Outbox;
use Spread\Polyfill\Report;
use Spread\Polyfill\Rules;

function spread_update_order(
    #[\SensitiveParameter]
    array $data,
    #[\SensitiveParameter]
    array $request
) {
    return Report::raise(Call::ofFunction('updateOrder', $data, $request));
}

function spread_create_order(
    #[\SensitiveParameter]
    array $data,
    #[\SensitiveParameter]
    array $request = []
) {
    return Report::raise(Call::ofFunction('createOrder', $data, $request));
}

function spread_update_account(
    #[\SensitiveParameter]
    array $data,
    #[\SensitiveParameter]
    array $request = []
) {
    return Report::raise(Call::ofFunction('updateAccount', $data, $request));
}

function spread_create_account(
    #[\SensitiveParameter]
    array $data,
    #[\SensitiveParameter]
    array $request = []
) {
    return Report::raise(Call::ofFunction('createAccount', $data, $request));
}

function spread_encode_order(
    #[\SensitiveParameter]
    array $data,
    #[\SensitiveParameter]
    array $request
) {
    return Encoder::body('spread_encode_order', $data, $request);
}

function spread_validate_order(
    #[\SensitiveParameter]
    array $data,
    #[\SensitiveParameter]
    array $request
) {
    return Rules::check('updateOrder', $data, $request);
}

function spread_validate_account(
    #[\SensitiveParameter]
    array $data,
    #[\SensitiveParameter]
    array $request = []
) {
    return Rules::check('updateAccount', $data, $request);
}

function spread_last_error()
{
    return Report::$lastError;
}

function spread_outbox_drain($limit = 100, $seconds = 10.0)
{
    return Outbox::drain($limit, $seconds);
}

function spread_outbox_status()
{
    return Outbox::status();
}
