use super::*;

#[derive(Debug, PartialEq)]
enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// Its bits: `-0.0` is not `0.0`.
    Float(u64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// Builds values, and has room for so many lists, maps and values in them.
#[derive(Clone)]
struct Values {
    room: usize,
}

impl Values {
    fn take(&mut self) -> Result<(), Full> {
        self.room = self.room.checked_sub(1).ok_or(Full)?;
        Ok(())
    }
}

impl Builder for Values {
    type Value = Value;
    type Key = String;
    type List = Vec<Value>;
    type Map = Vec<(String, Value)>;

    fn null(&mut self) -> Value {
        Value::Null
    }
    fn boolean(&mut self, value: bool) -> Value {
        Value::Bool(value)
    }
    fn integer(&mut self, number: i64) -> Value {
        Value::Integer(number)
    }
    fn float(&mut self, number: f64) -> Value {
        Value::Float(number.to_bits())
    }
    fn text(&mut self, text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn open_list(&mut self) -> Result<Vec<Value>, Full> {
        self.take()?;
        Ok(Vec::new())
    }
    fn push(&mut self, list: &mut Vec<Value>, value: Value) -> Result<(), Full> {
        self.take()?;
        list.push(value);
        Ok(())
    }
    fn close_list(&mut self, list: Vec<Value>) -> Value {
        Value::List(list)
    }

    fn key(&mut self, name: &str) -> String {
        name.to_owned()
    }
    fn open_map(&mut self) -> Result<Self::Map, Full> {
        self.take()?;
        Ok(Vec::new())
    }
    fn insert(&mut self, map: &mut Self::Map, key: String, value: Value) -> Result<(), Full> {
        self.take()?;
        map.push((key, value));
        Ok(())
    }
    fn close_map(&mut self, map: Self::Map) -> Value {
        Value::Map(map)
    }
}

fn read_bytes(document: &[u8]) -> Result<Value, Error> {
    let value = read(document, Values { room: usize::MAX });
    assert_eq!(check(document), value.as_ref().map(|_| ()).map_err(|e| *e));
    value
}

fn float(number: f64) -> Value {
    Value::Float(number.to_bits())
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[test]
fn numbers_are_php_s() {
    for (document, expected) in [
        ("0", Value::Integer(0)),
        ("-0", Value::Integer(0)),
        ("-0.0", float(-0.0)),
        ("-0e0", float(-0.0)),
        ("-1e-400", float(-0.0)),
        ("9223372036854775807", Value::Integer(i64::MAX)),
        ("-9223372036854775808", Value::Integer(i64::MIN)),
        ("9223372036854775808", float(9_223_372_036_854_775_808.0)),
        ("-9223372036854775809", float(-9_223_372_036_854_775_808.0)),
        ("18446744073709551616", float(18_446_744_073_709_551_616.0)),
        ("158.31", float(158.31)),
        ("5e-324", float(5e-324)),
        ("1E+5", float(1e5)),
        ("1e400", float(f64::INFINITY)),
        ("-1e999999999999999999999", float(f64::NEG_INFINITY)),
        ("1.7976931348623159e308", float(f64::INFINITY)),
    ] {
        assert_eq!(read_bytes(document.as_bytes()), Ok(expected), "{document}");
    }
    let nines = "9".repeat(5000);
    assert_eq!(read_bytes(nines.as_bytes()), Ok(float(f64::INFINITY)));
    let expected = vec![Value::Integer(1), Value::Integer(0), float(f64::INFINITY)];
    assert_eq!(read_bytes(b"[1,-0,1e400]"), Ok(Value::List(expected)));
    for document in [
        "01", "-", "+1", ".5", "1.", "1.e5", "1e", "1e+", "0x10", "NaN", "Infinity", "--1", "-a",
    ] {
        assert_eq!(
            read_bytes(document.as_bytes()),
            Err(Error::Syntax),
            "{document}"
        );
    }
}

#[test]
fn members_come_in_the_document_s_sequence_each_time() {
    let expected = vec![
        ("b".to_owned(), Value::Integer(1)),
        ("a".to_owned(), Value::List(Vec::new())),
        ("b".to_owned(), Value::Map(Vec::new())),
        ("".to_owned(), Value::Null),
    ];
    let document = br#"{"b":1,"\u0061":[],"b":{},"":null}"#;
    assert_eq!(read_bytes(document), Ok(Value::Map(expected)));
}

#[test]
fn strings_are_unescaped_utf_8() {
    for (document, expected) in [
        (r#""""#, ""),
        (r#""\u00e9\/\b\f\n\r\t\"\\""#, "é/\u{8}\u{c}\n\r\t\"\\"),
        (r#""a\ud83d\ude00\u0000b""#, "a😀\0b"),
        ("\"\u{10ffff}\u{7f}\"", "\u{10ffff}\u{7f}"),
    ] {
        assert_eq!(
            read_bytes(document.as_bytes()),
            Ok(text(expected)),
            "{document}"
        );
    }
    let refused: [&[u8]; 14] = [
        b"\"",
        b"\"\\",
        b"\"\\\"",
        br#""\ud83d""#,
        br#""\ud83dx""#,
        br#""\ud83d\ud83d""#,
        br#""\ude00""#,
        br#""\u12""#,
        br#""\u+123""#,
        br#""\x41""#,
        b"\"\n\"",
        b"\"\0\"",
        b"\"\xff\"",
        b"\"\xed\xa0\x80\"",
    ];
    for document in refused {
        assert_eq!(read_bytes(document), Err(Error::Syntax), "{document:?}");
    }
}

#[test]
fn only_the_grammar_s_documents_are_read() {
    let spaced = vec![Value::Bool(true), Value::Bool(false)];
    assert_eq!(
        read_bytes(b" \t\r\n[ true ,false\n]\n"),
        Ok(Value::List(spaced))
    );
    for document in [
        "",
        " ",
        "[",
        "]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "{\"a\" 1}",
        "[1]x",
        "[1][2]",
        "nul",
        "truex",
        "True",
        "NULL",
        "'a'",
        "/**/[1]",
        "\u{feff}[1]",
        "\u{b}[1]",
        "\u{a0}[1]",
        "[1]\0",
    ] {
        assert_eq!(
            read_bytes(document.as_bytes()),
            Err(Error::Syntax),
            "{document:?}"
        );
    }
}

#[test]
fn nesting_is_bounded_as_php_bounds_it() {
    let lists = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let maps = |depth| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    assert!(read_bytes(lists(511).as_bytes()).is_ok());
    assert!(read_bytes(maps(511).as_bytes()).is_ok());
    assert_eq!(read_bytes(lists(512).as_bytes()), Err(Error::TooDeep));
    assert_eq!(read_bytes(maps(512).as_bytes()), Err(Error::TooDeep));
    // Broken as well, but behind the limit.
    assert_eq!(read_bytes(&[b'['; 100_000]), Err(Error::TooDeep));
    let wide = format!("[{}[]]", "[],".repeat(1000));
    assert!(read_bytes(wide.as_bytes()).is_ok());
}

#[test]
fn a_full_builder_ends_the_reading() {
    let document = br#"[[1],{"a":2}]"#;
    for room in 0..6 {
        assert_eq!(
            read(document, Values { room }),
            Err(Error::TooBig),
            "{room}"
        );
    }
    assert!(read(document, Values { room: 7 }).is_ok());
}
