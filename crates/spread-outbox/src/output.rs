//! The one writer of results. Output that is lost is a failure; a reader that has read enough is none.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::process::ExitCode;

use serde_json::Value;

use crate::failure::Failure;

/// Writes text to the standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    write(&mut io::stdout().lock(), text)
}

/// Writes a JSON document to the standard output.
pub(crate) fn print_json(value: &Value) -> Result<(), Failure> {
    print(&format!("{value:#}\n"))
}

fn write(out: &mut dyn Write, text: &str) -> Result<(), Failure> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Failure::Output),
    }
}

/// Writes clap's help, version or complaint; the exit status that belongs to it.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() {
        // Nobody can be told when this fails.
        let _ = io::stderr().write_all(text.as_bytes());
    } else if let Err(failure) = print(&text) {
        complain(&failure);
        return ExitCode::FAILURE;
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// One line on the standard error.
pub(crate) fn complain(failure: &Failure) {
    let _ = writeln!(io::stderr(), "spread-outbox: {failure}");
}

/// Whether the standard output takes colours.
pub(crate) fn is_coloured() -> bool {
    let variable = |name| std::env::var_os(name).unwrap_or_default();
    io::stdout().is_terminal() && takes_colours(&variable("NO_COLOR"), &variable("TERM"))
}

/// <https://no-color.org>: any value that is not empty.
fn takes_colours(no_color: &OsStr, term: &OsStr) -> bool {
    no_color.is_empty() && term != "dumb"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_color_is_obeyed_unless_it_is_empty() {
        let takes = |no_color: &str, term: &str| takes_colours(no_color.as_ref(), term.as_ref());
        assert!(takes("", "xterm"));
        assert!(!takes("1", "xterm"));
        assert!(!takes("0", "xterm"));
        assert!(!takes("", "dumb"));
    }

    #[test]
    fn a_closed_pipe_is_no_failure_and_a_full_disk_is_one() {
        struct Broken(ErrorKind);
        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(self.0.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(write(&mut Broken(ErrorKind::BrokenPipe), "a").is_ok());
        assert!(write(&mut Broken(ErrorKind::StorageFull), "a").is_err());
    }
}
