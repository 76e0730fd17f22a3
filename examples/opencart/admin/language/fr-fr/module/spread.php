<?php
// Heading
$_['heading_title']    = 'SPREAD';

// Text
$_['text_success']     = 'Les réglages sont enregistrés.';
$_['text_state_0']     = '0 : annulée';
$_['text_state_10']    = '10 : en attente de paiement';
$_['text_state_20']    = '20 : payée';
$_['text_state_50']    = '50 : expédiée';
$_['text_state_100']   = '100 : terminée';

// Entry
$_['entry_status']     = 'État';

// Error
$_['error_permission'] = 'Vous n\'avez pas le droit de modifier ces réglages.';
$_['error_extension']  = 'L\'extension PHP spread n\'est pas chargée : rien n\'est transmis.';
$_['error_keys']       = 'Il n\'y a pas de clés d\'API : définissez spread.public_key et spread.private_key dans la configuration de PHP.';
