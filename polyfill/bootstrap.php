<?php
/*
 * Defines the functions and classes of the extension spread where the extension is not loaded.
 *
 *     require '/path/to/polyfill/bootstrap.php';    // composer's autoloader does it
 *
 * With the extension it does nothing, so a shop may keep it when the extension arrives.
 */

if (!extension_loaded('spread')) {
    spl_autoload_register(static function ($class) {
        $file = __DIR__ . '/src/' . strtr(substr($class, 7), '\\', '/') . '.php';
        if (strncmp($class, 'Spread\\', 7) === 0 && is_file($file)) {
            require $file;
        }
    });
    require_once __DIR__ . '/src/missing_errors.php';
    require_once __DIR__ . '/src/functions.php';
}
