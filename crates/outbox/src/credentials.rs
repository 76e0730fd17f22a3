//! The key pairs of a worker: `spread.credentials_file`, with one `public_key:private_key` on each line.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use client::keys::{Keys, key};

/// The largest file, in MiB: more than any file of keys needs.
const LARGEST: u64 = 1;

/// Reads a file of key pairs. Empty lines and lines that begin with `#` are skipped.
///
/// # Errors
/// A clause whose subject is the file. It repeats no line.
pub fn read(path: &Path) -> Result<Vec<Keys>, String> {
    let failed = |error: io::Error| format!("cannot be read: {}", error.kind());
    let mut file = File::open(path).map_err(failed)?;
    let facts = file.metadata().map_err(failed)?;
    if !facts.is_file() {
        return Err("is not a regular file".into());
    }
    if let Some(exposed) = exposed(facts.mode(), facts.uid()) {
        return Err(exposed.into());
    }
    if facts.len() > LARGEST << 20 {
        return Err(format!("is larger than {LARGEST} MiB"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed)?;
    parse(&bytes)
}

/// Why a file of keys must not be used. Root's files may be readable: containers mount secrets that way,
/// with 0444, and root has decided who sees them.
fn exposed(mode: u32, uid: u32) -> Option<&'static str> {
    if mode & 0o022 != 0 {
        Some("is writable by others: run chmod 640 on it")
    } else if mode & 0o004 != 0 && uid != 0 {
        Some("is readable by everyone: run chmod 640 on it")
    } else {
        None
    }
}

fn parse(bytes: &[u8]) -> Result<Vec<Keys>, String> {
    let mut pairs: Vec<Keys> = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (public, private) = colon
            .and_then(|at| Some((line.get(..at)?, line.get(at + 1..)?)))
            .map(|(public, private)| (public.trim_ascii(), private.trim_ascii()))
            .filter(|(public, private)| !public.is_empty() && !private.is_empty())
            .ok_or_else(|| format!("has no public_key:private_key on line {number}"))?;
        if key(public).is_err() || key(private).is_err() {
            return Err(format!("has a control character in a key on line {number}"));
        }
        if pairs.iter().any(|keys| keys.public == public) {
            return Err(format!("repeats a public key on line {number}"));
        }
        pairs.push(Keys {
            public: public.to_vec(),
            private: private.to_vec(),
        });
    }
    Ok(pairs)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn pairs_are_read_line_by_line() {
        let pairs = parse(b"# shops\n\n a:1 \r\nb:2:3\n").unwrap();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|keys| (&*keys.public, &*keys.private))
            .collect();
        assert_eq!(pairs, [(&b"a"[..], &b"1"[..]), (b"b", b"2:3")]);
    }

    #[test]
    fn a_wrong_line_is_named_and_not_repeated() {
        for (text, number) in [
            ("s3cret", 1),
            ("a:1\n:s3cret", 2),
            ("a:1\n\na:s3cret", 3),
            ("a:", 1),
            ("a:1\nb:s3cret\t1", 2),
            ("a\0:s3cret", 1),
        ] {
            let Err(message) = parse(text.as_bytes()) else {
                unreachable!("{text}")
            };
            assert!(message.ends_with(&format!("line {number}")), "{message}");
            assert!(!message.contains("s3cret"), "{message}");
        }
    }

    #[test]
    fn a_file_is_for_its_owner_and_group_or_roots() {
        let (root, shop) = (0, 33);
        for (mode, uid) in [
            (0o600, shop),
            (0o440, root),
            (0o640, shop),
            // Secrets of Docker and of Kubernetes.
            (0o444, root),
            (0o644, root),
        ] {
            assert_eq!(exposed(mode, uid), None, "{mode:o} {uid}");
        }
        for (mode, uid) in [(0o644, shop), (0o604, shop), (0o444, shop)] {
            assert!(exposed(mode, uid).unwrap().contains("readable"), "{mode:o}");
        }
        for mode in [0o602, 0o660, 0o666, 0o620] {
            for uid in [root, shop] {
                assert!(exposed(mode, uid).unwrap().contains("writable"), "{mode:o}");
            }
        }
    }

    #[test]
    fn a_file_that_others_can_write_is_refused() {
        let path = std::env::temp_dir().join(format!("spread-credentials-{}", std::process::id()));
        let link = path.with_extension("link");
        fs::write(&path, "a:1\n").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o662)).unwrap();
        assert!(read(&link).unwrap_err().contains("chmod 640"));
        for mode in [0o600, 0o640, 0o440] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(read(&path).unwrap().len(), 1);
            assert_eq!(read(&link).unwrap().len(), 1);
        }
        fs::remove_file(&path).unwrap();
        fs::remove_file(&link).unwrap();
        assert!(read(&path).unwrap_err().contains("cannot be read"));
    }
}
