//! Columns side by side, as a person reads them.

use anstyle::{AnsiColor, Style};

pub(crate) const PLAIN: Style = Style::new();
pub(crate) const HEAD: Style = Style::new().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default();

pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        let text = text.into();
        Self { text, style }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::styled(text, PLAIN)
    }
}

/// A table; the last column is not filled up with spaces.
pub(crate) fn table<const COLUMNS: usize>(
    head: [&str; COLUMNS],
    rows: Vec<[Cell; COLUMNS]>,
    coloured: bool,
) -> String {
    let head = head.map(|name| Cell::styled(name, HEAD));
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let mut widths = [0; COLUMNS];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.text.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        // Spaces owed: none at the end of a line.
        let mut gap = 0;
        for (Cell { text, style }, width) in row.iter().zip(widths) {
            let length = text.chars().count();
            if length > 0 {
                line.push_str(&" ".repeat(gap));
                gap = 0;
                line.push_str(&paint(text, *style, coloured));
            }
            gap += width - length + 2;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

pub(crate) fn paint(text: &str, style: Style, coloured: bool) -> String {
    if coloured && !style.is_plain() {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_whatever_their_colours() {
        let rows = || {
            vec![
                [
                    "1".to_owned().into(),
                    Cell::styled("refused", BAD),
                    "é".to_owned().into(),
                ],
                [
                    "200".to_owned().into(),
                    String::new().into(),
                    "b".to_owned().into(),
                ],
                [
                    "3".to_owned().into(),
                    "pending".to_owned().into(),
                    String::new().into(),
                ],
            ]
        };
        let plain = table(["id", "state", ""], rows(), false);
        assert_eq!(
            plain,
            "id   state\n1    refused  é\n200           b\n3    pending\n"
        );
        let coloured = table(["id", "state", ""], rows(), true);
        assert!(
            coloured.contains("\x1b[31mrefused\x1b[0m  é"),
            "{coloured:?}"
        );
    }
}
