<?php
/*
 * Files that one process reads while another writes them. A reader can see a part of a write, even of a small
 * one in append mode, where it crosses a page of the file; and file_put_contents() empties a file first.
 */
declare(strict_types=1);

/**
 * The lines of a log that is being written, without their ends. A last line without an end is left out: it is
 * not complete yet.
 *
 * @param resource $stream read from its start
 */
function complete_lines($stream): Generator
{
    rewind($stream);
    while (($line = fgets($stream)) !== false && str_ends_with($line, "\n")) {
        yield substr($line, 0, -1);
    }
}

/** Replaces a file's contents at once. */
function replace_file(string $file, string $contents): void
{
    file_put_contents("$file.new", $contents);
    rename("$file.new", $file);
}
