<?php
/*
 * A page that ends as `how` says, while an order is in flight or just after. The test's server
 * refuses orders whose id begins with "refused", and answers those whose id begins with "large" with
 * more than the remaining memory.
 */
declare(strict_types=1);

require __DIR__ . '/memory_session.php';

function send(string $id): string
{
    $answer = spread_update_order(['order_idorder' => $id], ['order_idorder' => $id]);
    $error = spread_last_error();
    return $id . ': ' . ($error === null ? json_encode($answer[0] ?? $answer) : (new ReflectionClass($error))->getShortName()) . "\n";
}

/** Sets an error handler for the warning of a refused order. */
function on_warning(Closure $handler): void
{
    ini_set('spread.error_mode', 'warning');
    set_error_handler($handler);
}

final class AtTheEnd
{
    public function __construct(private Closure $what)
    {
    }

    public function __destruct()
    {
        ($this->what)();
    }
}

final class SendsWhenClosed
{
    /** @var resource */
    public $context;

    public function stream_open(): bool
    {
        return true;
    }

    public function stream_close(): void
    {
        echo send('stream closed'), send('refused when closed');
    }
}

final class SendsWhenWritten extends MemorySession
{
    public function write(string $id, string $data): bool
    {
        send($_GET['session'] ?? 'refused when written');
        return true;
    }
}

function session(bool $shutdown_function): void
{
    ini_set('session.use_cookies', '0');
    ini_set('session.cache_limiter', '');
    session_set_save_handler(new SendsWhenWritten(), $shutdown_function);
    session_start();
    $_SESSION['changed'] = hrtime(true);
}

/** Takes so much memory that the next order exceeds the limit; opcache, always there since 8.5, keeps a global. */
function take_nearly_all_memory(): void
{
    ini_set('memory_limit', '24M');
    $GLOBALS['taken'] = str_repeat('x', 20_000_000);
}

$left = null; // destroyed when the page ends
$endings = [
    'the handler throws' => static function (): void {
        on_warning(static fn () => throw new Exception('from the handler'));
        echo send('refused');
    },
    'the handler throws and the page goes on' => static function (): void {
        on_warning(static fn () => throw new Exception('from the handler'));
        foreach ([1, 2] as $number) {
            try {
                send("refused $number");
            } catch (Exception $exception) {
                echo $exception->getMessage(), ', ', send("good $number");
            }
        }
    },
    'the handler exits' => static function (): void {
        on_warning(static fn () => exit("exit\n"));
        echo send('refused');
    },
    'the handler raises a fatal error' => static function (): void {
        on_warning(static fn () => eval('class Twice {} class Twice {}'));
        echo send('refused');
    },
    'the handler raises E_USER_ERROR' => static function (): void {
        register_shutdown_function(static function (): void {
            echo send('in a shutdown function');
        });
        on_warning(static fn () => @trigger_error('from the handler', E_USER_ERROR));
        echo send('refused');
    },
    'the handler reaches the memory limit' => static function (): void {
        on_warning(static function (): string {
            take_nearly_all_memory();
            return str_repeat($GLOBALS['taken'], 10);
        });
        echo send('refused');
    },
    'the handler suspends a fiber' => static function (): void {
        $fibers = [];
        foreach ([1, 2, 3] as $number) {
            // Set again each time: PHP removes the handler while it runs.
            on_warning(static fn () => Fiber::suspend('suspended') ?? true);
            $fibers[$number] = new Fiber(static fn () => print(send("refused $number")));
            echo $fibers[$number]->start(), ', ', send("good $number");
        }
        $fibers[2]->resume();
        $fibers[1]->resume();
        // The third is never resumed: PHP unwinds it when the page ends.
    },
    'the handler throws into a suspended fiber' => static function (): void {
        on_warning(static fn () => Fiber::suspend('suspended'));
        $fiber = new Fiber(static fn () => send('refused'));
        echo $fiber->start(), "\n";
        try {
            $fiber->throw(new Exception('thrown into it'));
        } catch (Exception $exception) {
            echo $exception->getMessage(), ', ', send('good');
        }
    },
    'an uncaught exception' => static function (): void {
        ini_set('spread.error_mode', 'exception');
        set_exception_handler(static function (Throwable $exception): void {
            ini_set('spread.error_mode', 'silent');
            echo $exception::class, ', ', send('in the exception handler');
        });
        send('refused');
    },
    'a shutdown function exits' => static function (): void {
        register_shutdown_function(static function (): void {
            echo send('in a shutdown function');
            exit(send('refused at exit'));
        });
    },
    'a shutdown function fails' => static function (): void {
        register_shutdown_function(static function (): void {
            echo send('in a shutdown function');
            on_warning(static fn () => eval('class Twice {} class Twice {}'));
            send('refused');
        });
    },
    'a destructor sends' => static function () use (&$left): void {
        $left = new AtTheEnd(static fn () => print(send('in a destructor') . send('refused in a destructor')));
    },
    'a destructor throws' => static function () use (&$left): void {
        $left = new AtTheEnd(static function (): void {
            ini_set('spread.error_mode', 'exception');
            echo send('in a destructor');
            send('refused in a destructor');
        });
    },
    'a destructor exits' => static function () use (&$left): void {
        on_warning(static fn () => exit("exit\n"));
        $left = new AtTheEnd(static fn () => print(send('in a destructor') . send('refused in a destructor')));
    },
    'the last error destroys what it holds' => static function (): void {
        // A property of the first failure is the last reference to the object, and the next call that
        // comes to an end lets go of it.
        echo send('refused');
        @spread_last_error()->added = new AtTheEnd(static fn () => print('destroyed, ' . send('in a destructor')));
        echo send('good');
    },
    'an output callback sends' => static function (): void {
        ob_start(static fn (string $output): string => $output . send('in an output callback') . send('refused there'));
        echo "output\n";
    },
    'an output callback throws' => static function (): void {
        ob_start(static function (string $output): string {
            ini_set('spread.error_mode', 'exception');
            send('refused there');
            return $output;
        });
        echo "output\n";
    },
    'a header callback sends' => static function (): void {
        header_register_callback(static function () use (&$sent): void {
            $sent = send('in a header callback');
        });
        echo "output\n";
        flush();
        echo $sent;
    },
    'a session that is written by a shutdown function' => static fn () => session(true),
    'a session that is written after everything else' => static fn () => session(false),
    'a stream is left open' => static function () use (&$left): void {
        stream_wrapper_register('sends', SendsWhenClosed::class);
        $left = fopen('sends://', 'r');
    },
    'a stream is closed' => static function (): void {
        stream_wrapper_register('sends', SendsWhenClosed::class);
        fclose(fopen('sends://', 'r'));
    },
    'a generator is left in the middle' => static function () use (&$left): void {
        $left = (static function (): Generator {
            try {
                yield send('in a generator');
            } finally {
                echo send('in its end');
            }
        })();
        echo $left->current();
    },
    'the memory limit while an answer is decoded' => static function (): void {
        register_shutdown_function(static function (): void {
            ini_set('memory_limit', '-1');
            echo send('in a shutdown function');
        });
        take_nearly_all_memory();
        echo send('large');
    },
    'the memory limit while an order is encoded' => static function (): void {
        $text = str_repeat('[', 2_000_000);
        take_nearly_all_memory();
        spread_update_order(['order_idorder' => 'long', 'long' => $text, 'again' => $text], []);
    },
    'the time limit' => static function (): void {
        register_shutdown_function(static fn () => print(send('in a shutdown function')));
        $order = array_fill(0, 5000, ['a' => 'text']);
        set_time_limit(1);
        while (true) {
            send('good');
            for ($number = 0; $number < 20; $number++) {
                spread_encode_order($order, []);
            }
        }
    },
    'the client has disconnected' => static function (): void {
        ini_set('display_errors', '1');
        ini_set('spread.error_mode', 'warning');
        // Each warning is written to a client that soon disconnects: PHP ends the page during a warning.
        for ($end = hrtime(true) + 5e9; hrtime(true) < $end;) {
            send('refused');
            flush();
        }
    },
    'the answer is finished first' => static function (): void {
        echo "finished\n";
        fastcgi_finish_request();
        send('after the answer');
        on_warning(static fn () => throw new Exception('from the handler'));
        send('refused after the answer');
    },
];
if (PHP_VERSION_ID >= 80400) {
    final class Lazy
    {
        public string $order_idorder;
    }
    $lazily = static function (Closure $initializer): void {
        $object = (new ReflectionClass(Lazy::class))->newLazyGhost($initializer);
        foreach ([1, 2] as $number) {
            try {
                spread_update_order(['lazy' => $object, 'order_idorder' => 'lazy'], []);
                echo "sent\n";
            } catch (Exception $exception) {
                echo $exception->getMessage(), ', ', send("good $number");
            }
        }
    };
    $endings += [
        'a lazy object throws' => static fn () => $lazily(static fn () => throw new Exception('not initialised')),
        'a lazy object exits' => static fn () => $lazily(static fn () => exit("exit\n")),
        'a lazy object raises a fatal error' => static fn () => $lazily(static fn () => eval('class Twice {} class Twice {}')),
        'a lazy object sends' => static fn () => $lazily(static function (Lazy $object): void {
            $object->order_idorder = trim(send('in an initialiser'));
        }),
    ];
}

$how = $_GET['how'] ?? '';
if ($how === '') {
    echo json_encode(array_keys($endings));
} elseif (($first = send('first')) === "first: \"first\"\n") {
    $endings[$how]();
} else {
    echo $first;
}
