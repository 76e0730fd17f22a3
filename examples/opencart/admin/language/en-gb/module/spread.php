<?php
// Heading
$_['heading_title']    = 'SPREAD';

// Text
$_['text_success']     = 'The settings are saved.';
$_['text_state_0']     = '0: cancelled';
$_['text_state_10']    = '10: waits for payment';
$_['text_state_20']    = '20: paid';
$_['text_state_50']    = '50: shipped';
$_['text_state_100']   = '100: completed';

// Entry
$_['entry_status']     = 'Status';

// Error
$_['error_permission'] = 'You may not change these settings.';
$_['error_extension']  = 'The PHP extension spread is not loaded: nothing is reported.';
$_['error_keys']       = 'There are no API keys: set spread.public_key and spread.private_key in the configuration of PHP.';
