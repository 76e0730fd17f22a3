//! The file of `--keep`: the calls in SQLite, for the next start. The inbox is what decides; the file follows.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use rusqlite::{Connection, Row, params};

use crate::answer::Answer;
use crate::call::Call;
use crate::inbox::Inbox;

/// Marks the file as ours ("sprd"), so that no other database is written into.
const APPLICATION: i64 = 0x7370_7264;

const VERSION: i64 = 1;

pub(crate) struct Kept(Connection);

impl Kept {
    /// Opens the file, makes it where it is missing, and fills the inbox with its calls.
    pub(crate) fn open(path: &Path, inbox: &mut Inbox) -> Result<Self, String> {
        let failed =
            |error: &dyn std::fmt::Display| format!("cannot use {}: {error}", path.display());
        // Customers' data: for the owner alone.
        let mut options = OpenOptions::new();
        options.create(true).append(true).mode(0o600);
        options.open(path).map_err(|error| failed(&error))?;
        let connection = Connection::open(path).map_err(|error| failed(&error))?;
        connection
            .busy_timeout(Duration::ZERO)
            .map_err(|error| failed(&error))?;
        let kept = Self(connection);
        if !kept.prepare().map_err(|error| failed(&error))? {
            return Err(failed(&"it is another program's, or a newer version's"));
        }
        if let Some(oldest) = kept.read(inbox).map_err(|error| failed(&error))? {
            kept.drop_before(oldest).map_err(|error| failed(&error))?;
        }
        Ok(kept)
    }

    /// Makes the table in an empty file, and keeps other sandboxes out. Whether the file is ours.
    fn prepare(&self) -> rusqlite::Result<bool> {
        // Two would number their calls alike.
        self.0
            .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;")?;
        let number = |sql: &str| self.0.query_row(sql, [], |row| row.get::<_, i64>(0));
        if number("SELECT count(*) FROM sqlite_schema")? == 0 {
            self.0.execute_batch(&format!(
                "PRAGMA application_id = {APPLICATION};
                 PRAGMA user_version = {VERSION};
                 PRAGMA journal_mode = WAL;
                 CREATE TABLE calls (
                     number INTEGER PRIMARY KEY,
                     at INTEGER NOT NULL,
                     method INTEGER NOT NULL,
                     answer TEXT NOT NULL,
                     headers TEXT NOT NULL,
                     body BLOB NOT NULL
                 ) STRICT;"
            ))?;
        }
        self.0
            .execute_batch("PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;")?;
        Ok(number("PRAGMA application_id")? == APPLICATION
            && number("PRAGMA user_version")? == VERSION)
    }

    fn read(&self, inbox: &mut Inbox) -> rusqlite::Result<Option<u64>> {
        let mut statement = self.0.prepare(
            "SELECT number, at, method, answer, headers, body FROM calls ORDER BY number",
        )?;
        let mut rows = statement.query([])?;
        let mut oldest = None;
        while let Some(row) = rows.next()? {
            oldest = inbox.add(call(row)?).or(oldest);
        }
        Ok(oldest)
    }

    pub(crate) fn add(&self, call: &Call) -> rusqlite::Result<()> {
        let headers = serde_json::Value::from_iter(
            call.headers
                .iter()
                .map(|(name, value)| vec![name.as_str(), value.as_str()]),
        );
        self.0.execute(
            "INSERT INTO calls (number, at, method, answer, headers, body) VALUES (?, ?, ?, ?, ?, ?)",
            params![
                i64::try_from(call.number).unwrap_or(i64::MAX),
                call.at,
                call.method.number,
                call.answer.name(),
                headers.to_string(),
                call.body.as_ref(),
            ],
        )?;
        Ok(())
    }

    pub(crate) fn drop_before(&self, oldest: u64) -> rusqlite::Result<()> {
        let oldest = i64::try_from(oldest).unwrap_or(i64::MAX);
        self.0
            .execute("DELETE FROM calls WHERE number < ?", [oldest])?;
        Ok(())
    }

    pub(crate) fn clear(&self) -> rusqlite::Result<()> {
        self.0.execute("DELETE FROM calls", [])?;
        Ok(())
    }
}

fn call(row: &Row<'_>) -> rusqlite::Result<Call> {
    let unknown = |index: usize, kind| {
        rusqlite::Error::FromSqlConversionFailure(index, kind, "an unknown value".into())
    };
    let number: i64 = row.get("number")?;
    let method: i64 = row.get("method")?;
    let answer: String = row.get("answer")?;
    let headers: String = row.get("headers")?;
    let headers =
        serde_json::from_str(&headers).map_err(|_| unknown(4, rusqlite::types::Type::Text))?;
    Ok(Call::new(
        u64::try_from(number).map_err(|_| unknown(0, rusqlite::types::Type::Integer))?,
        row.get("at")?,
        methods::by_number(method).ok_or_else(|| unknown(2, rusqlite::types::Type::Integer))?,
        Answer::by_name(&answer).ok_or_else(|| unknown(3, rusqlite::types::Type::Text))?,
        headers,
        Bytes::from(row.get::<_, Vec<u8>>("body")?),
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    use super::*;
    use crate::call::tests;

    /// A path that does not exist, removed with what was made at it.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let name = format!("spread-sandbox-{}-{name}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            for suffix in ["", "-wal", "-shm"] {
                let mut path = self.0.clone().into_os_string();
                path.push(suffix);
                let _ = fs::remove_file(path);
            }
        }
    }

    #[test]
    fn calls_are_there_at_the_next_start() {
        let place = Place::new("again");
        let mut inbox = Inbox::default();
        let kept = Kept::open(&place.0, &mut inbox).unwrap();
        let mode = fs::metadata(&place.0).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        for number in 1..=3 {
            let mut call = tests::call(number, "data[order_idorder]=a&data[x]=%FF");
            call.headers = vec![("a\"b".into(), "é".into())];
            kept.add(&call).unwrap();
        }
        kept.drop_before(2).unwrap();
        drop(kept);

        let kept = Kept::open(&place.0, &mut inbox).unwrap();
        let item = inbox.newest().next().unwrap().1;
        assert_eq!(item.calls.len(), 2);
        let call = item.latest().unwrap();
        assert_eq!(call.number, 3);
        assert_eq!(call.headers, [("a\"b".into(), "é".into())]);
        assert_eq!(inbox.next_number(), 4);
        let taken = Kept::open(&place.0, &mut Inbox::default());
        assert!(taken.err().unwrap().contains("locked"));
        kept.clear().unwrap();
        drop(kept);
        let mut inbox = Inbox::default();
        Kept::open(&place.0, &mut inbox).unwrap();
        assert_eq!(inbox.len(), 0);
    }

    #[test]
    fn the_database_of_another_program_is_left_alone() {
        let place = Place::new("other");
        let other = Connection::open(&place.0).unwrap();
        other.execute_batch("CREATE TABLE orders (id)").unwrap();
        let message = Kept::open(&place.0, &mut Inbox::default()).err().unwrap();
        assert!(message.contains("another program's"), "{message}");
        fs::write(
            &place.0,
            "not a database, but a text of some length".repeat(20),
        )
        .unwrap();
        assert!(Kept::open(&place.0, &mut Inbox::default()).is_err());
    }
}
