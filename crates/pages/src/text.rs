//! Values of strangers on a page.

use maud::{Markup, html};

/// Bytes as text that hides nothing: control characters, marks that turn the direction of writing, characters
/// without width and bytes that are not UTF-8 are named, and set apart. At most `limit` characters.
#[must_use]
pub fn visible(bytes: &[u8], limit: usize) -> Markup {
    // bdi has its own direction: a value in Arabic does not reorder the line around it.
    html! {
        bdi {
            @for part in parts(bytes, limit) {
                @match part {
                    Part::Plain(text) => (text),
                    Part::Odd(name) => span.odd { (name) },
                }
            }
        }
    }
}

/// The same for places that take no markup: titles.
#[must_use]
pub fn visible_text(bytes: &[u8], limit: usize) -> String {
    parts(bytes, limit)
        .into_iter()
        .map(|part| match part {
            Part::Plain(text) | Part::Odd(text) => text,
        })
        .collect()
}

enum Part {
    Plain(String),
    Odd(String),
}

fn parts(bytes: &[u8], limit: usize) -> Vec<Part> {
    let pieces = bytes.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(Piece::Character);
        valid.chain(chunk.invalid().iter().copied().map(Piece::Byte))
    });
    let mut parts = Vec::new();
    for (position, piece) in pieces.enumerate() {
        if position == limit {
            parts.push(Part::Odd(format!("… ({} bytes)", bytes.len())));
            break;
        }
        let odd = match piece {
            Piece::Character(character) => match name(character) {
                None => {
                    match parts.last_mut() {
                        Some(Part::Plain(text)) => text.push(character),
                        _ => parts.push(Part::Plain(character.into())),
                    }
                    continue;
                }
                Some(name) => name,
            },
            Piece::Byte(byte) => format!("\\x{byte:02X}"),
        };
        parts.push(Part::Odd(odd));
    }
    parts
}

enum Piece {
    Character(char),
    Byte(u8),
}

fn name(character: char) -> Option<String> {
    let code = u32::from(character);
    match character {
        '\0'..='\x1f' => char::from_u32(0x2400 + code).map(String::from),
        '\x7f' => Some('\u{2421}'.into()),
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => Some(format!("U+{code:04X}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_hidden_and_nothing_is_obeyed() {
        for (bytes, page) in [
            (&b"<b>&\"'"[..], "&lt;b&gt;&amp;&quot;'"),
            (b"a\0b", "a<span class=\"odd\">\u{2400}</span>b"),
            (b"\x1b[2J", "<span class=\"odd\">\u{241b}</span>[2J"),
            (b"\xff", "<span class=\"odd\">\\xFF</span>"),
            (
                "a\u{202e}b".as_bytes(),
                "a<span class=\"odd\">U+202E</span>b",
            ),
            ("\u{85}".as_bytes(), "<span class=\"odd\">U+0085</span>"),
            ("Saint-Étienne".as_bytes(), "Saint-Étienne"),
            ("مرحبا".as_bytes(), "مرحبا"),
            (b"abcdefgh", "abcdef<span class=\"odd\">… (8 bytes)</span>"),
        ] {
            let limit = if bytes == b"abcdefgh" { 6 } else { 50 };
            let expected = format!("<bdi>{page}</bdi>");
            assert_eq!(visible(bytes, limit).into_string(), expected);
        }
        assert_eq!(visible_text(b"a<\0\xff", 50), "a<\u{2400}\\xFF");
    }
}
