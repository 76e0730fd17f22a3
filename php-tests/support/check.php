<?php
/*
 * Comparisons that print nothing when they hold and the difference when they do not, and the seed of
 * the tests with random input.
 */
declare(strict_types=1);

/** Identical, and identical when serialized: in PHP 0.0 === -0.0, but the two are encoded differently. */
function same(string $what, mixed $expected, mixed $actual): bool
{
    if ($expected === $actual && (!is_float($expected) && !is_array($expected) || serialize($expected) === serialize($actual))) {
        return true;
    }
    if (is_string($expected) && is_string($actual) && max(strlen($expected), strlen($actual)) > 200) {
        $at = strspn($expected ^ $actual, "\0");
        $from = max(0, $at - 60);
        $expected = substr($expected, $from, 140);
        $actual = substr($actual, $from, 140);
        $what .= ", at byte $at";
    }
    echo "DIFFERENT: $what\n  expected ", var_export($expected, true), "\n  actual   ", var_export($actual, true), "\n";
    return false;
}

function holds(string $what, bool $true, string $details = ''): bool
{
    if (!$true) {
        echo "NOT TRUE: $what", $details === '' ? '' : ": $details", "\n";
    }
    return $true;
}

function contains(string $what, string $needle, ?string $haystack): bool
{
    return holds("$what contains \"$needle\"", $haystack !== null && stripos($haystack, $needle) !== false, var_export($haystack, true));
}

function lacks(string $what, string $needle, ?string $haystack): bool
{
    return holds("$what does not contain \"$needle\"", $haystack === null || stripos($haystack, $needle) === false, var_export($haystack, true));
}

function between(string $what, float $least, float $most, float $actual): bool
{
    return holds($what, $actual >= $least && $actual <= $most, sprintf('%.3f is not between %.3f and %.3f', $actual, $least, $most));
}

/** Class and message of the exception that the call throws; null when it throws none. */
function thrown(Closure $call): ?string
{
    try {
        $call();
        return null;
    } catch (Throwable $problem) {
        return $problem::class . ': ' . $problem->getMessage();
    }
}

/** The outcome of a call in one line: the answer as JSON, or the failure from spread_last_error(). */
function outcome(mixed $answer): string
{
    $error = spread_last_error();
    if ($error === null) {
        return 'answer ' . json_encode($answer);
    }
    return ($answer === false ? '' : 'not false but ' . json_encode($answer) . ', ')
        . $error::class . ($error->getCode() !== 0 ? ' ' . $error->getCode() : '');
}

/** SPREAD_TEST_SEED, or a new one. A test prints it when it fails. */
function test_seed(): int
{
    return (int) (getenv('SPREAD_TEST_SEED') ?: random_int(1, 2 ** 31 - 1));
}

/**
 * Hides what newer PHPs say of values in http_build_query(): 8.5 warns of NAN, 8.6 deprecates objects. spread says
 * nothing of them: the row `notices` of parity/LEDGER.md. Everything else is shown.
 */
function hide_notices_of_http_build_query(): void
{
    set_error_handler(static fn (int $level, string $message): bool => match ($level) {
        E_WARNING => PHP_VERSION_ID >= 80500 && $message === 'unexpected NAN value was coerced to string',
        E_DEPRECATED => PHP_VERSION_ID >= 80600 && str_starts_with($message, 'http_build_query(): object values within argument'),
        default => false,
    });
}
