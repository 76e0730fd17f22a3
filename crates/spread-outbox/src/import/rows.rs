//! The rows of a file: lines of JSON, or records of CSV.

use std::io::{self, BufRead, BufReader, Read};

use csv::{ByteRecord, ReaderBuilder};
use methods::Method;
use rules::Value;

use super::document::Document;
use super::json_row;
use super::mapping::{Columns, Pair, Place};

/// The longest line, in MiB: longer than any order, shorter than memory.
const LONGEST: u64 = 16;

/// A row as it stands in the file.
pub(crate) enum Row {
    Json(Vec<u8>),
    Cells(ByteRecord),
}

impl Row {
    /// Its content, for the digest of what was imported.
    pub(crate) fn parts(&self) -> Box<dyn Iterator<Item = &[u8]> + '_> {
        match self {
            Self::Json(line) => Box::new(std::iter::once(&**line)),
            Self::Cells(record) => Box::new(record.iter()),
        }
    }
}

/// Reads rows one after the other.
pub(crate) struct Rows {
    input: Input,
    method: &'static Method,
    constants: Vec<(Place, String)>,
}

enum Input {
    Json {
        lines: BufReader<Box<dyn Read>>,
        line: u64,
        bytes: u64,
    },
    Csv {
        reader: csv::Reader<Box<dyn Read>>,
        columns: Columns,
    },
}

/// The format of a file, and what to make of its rows.
pub(crate) struct Format<'a> {
    /// The separator of CSV's cells; nothing for lines of JSON.
    pub(crate) delimiter: Option<u8>,
    pub(crate) map: &'a [Pair],
    pub(crate) constants: &'a [Pair],
    pub(crate) method: &'static Method,
}

/// Why no row can be read. The texts are clauses whose subject is the file.
pub(crate) enum Unreadable {
    Input(io::Error),
    Format(String),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Input(error)
    }
}

impl From<csv::Error> for Unreadable {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Input(error),
            _ => Self::Format("is not CSV".into()),
        }
    }
}

impl Rows {
    pub(crate) fn new(file: Box<dyn Read>, format: &Format<'_>) -> Result<Self, Unreadable> {
        let constant = |pair: &Pair| match Place::parse(&pair.name) {
            Some(place) => Ok((place, pair.value.clone())),
            None => Err(Unreadable::Format(format!(
                "cannot be imported: {} is not the name of a field",
                pair.name
            ))),
        };
        let constants = format.constants.iter().map(constant);
        let input = match format.delimiter {
            None => Input::Json {
                lines: BufReader::new(file),
                line: 0,
                bytes: 0,
            },
            Some(delimiter) => {
                let mut reader = ReaderBuilder::new()
                    .delimiter(delimiter)
                    .flexible(true)
                    .from_reader(file);
                let columns =
                    Columns::new(reader.byte_headers()?.iter(), format.map).map_err(|reason| {
                        Unreadable::Format(format!("cannot be imported: {reason}"))
                    })?;
                Input::Csv { reader, columns }
            }
        };
        Ok(Self {
            input,
            method: format.method,
            constants: constants.collect::<Result<_, _>>()?,
        })
    }

    /// The next row and the number of its line. Empty lines are no rows.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Row)>, Unreadable> {
        match &mut self.input {
            Input::Json { lines, line, bytes } => loop {
                let mut text = Vec::new();
                let limit = (LONGEST << 20) + 1;
                let read = lines.by_ref().take(limit).read_until(b'\n', &mut text)?;
                if read == 0 {
                    return Ok(None);
                }
                *line += 1;
                let read = u64::try_from(read).unwrap_or(u64::MAX);
                *bytes += read;
                if read == limit {
                    let reason = format!("has more than {LONGEST} MiB on line {line}");
                    return Err(Unreadable::Format(reason));
                }
                if *line == 1 && text.starts_with(b"\xef\xbb\xbf") {
                    text.drain(..3);
                }
                if !text.trim_ascii().is_empty() {
                    return Ok(Some((*line, Row::Json(text))));
                }
            },
            Input::Csv { reader, .. } => {
                let mut record = ByteRecord::new();
                if !reader.read_byte_record(&mut record)? {
                    return Ok(None);
                }
                let line = record.position().map_or(0, csv::Position::line);
                Ok(Some((line, Row::Cells(record))))
            }
        }
    }

    /// How many bytes of the file were read.
    pub(crate) fn bytes(&self) -> u64 {
        match &self.input {
            Input::Json { bytes, .. } => *bytes,
            Input::Csv { reader, .. } => reader.position().byte(),
        }
    }

    /// The order or account of a row, else a clause about the row.
    pub(crate) fn document(&self, row: &Row) -> Result<Document, String> {
        let arrays = match (row, &self.input) {
            (Row::Cells(record), Input::Csv { columns, .. }) if record.len() == columns.len() => {
                columns.documents(record.iter())
            }
            (Row::Cells(record), _) => {
                return Err(format!("has {} cells, unlike the first line", record.len()));
            }
            (Row::Json(line), _) => {
                let value = json_row::parse(line).map_err(|error| format!("is {error}"))?;
                let says = "is not an object with the fields of an order or an account";
                Document::arrays(value).ok_or(says)?
            }
        };
        let [data, request] = self.with_constants(arrays);
        Ok(Document::new(self.method, data, request))
    }

    fn with_constants(&self, mut documents: [Value; 2]) -> [Value; 2] {
        for (place, text) in &self.constants {
            place.put(place.document(&mut documents), text.as_bytes());
        }
        documents
    }
}
