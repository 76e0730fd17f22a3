//! A PEM bundle of CA certificates (RFC 7468), read once in each PHP process, by its first order.
//!
//! The system's bundle holds some 140 certificates. rustls' own reader, which looks at byte after byte,
//! took 8.6 of the first order's 12 million instructions. Here the bundle is searched and decoded by
//! libraries made for that, in 3.2 million (callgrind). Whatever is not plainly a certificate between
//! two lines is left to rustls' reader, which decides what is one.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};

/// The certificates of a file, or how to go on after "the file".
pub(super) fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bundle =
        fs::read(path).map_err(|error| format!("which cannot be read ({})", error.kind()))?;
    plain(&bundle).map_or_else(|| any(&bundle), Ok)
}

fn any(bundle: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(bundle)
        .collect::<Result<_, PemError>>()
        .map_err(|_| "which is not PEM".into())
}

/// The certificates of a bundle that holds nothing else, each between two lines of its own; text around
/// them does not matter.
fn plain(bundle: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    const END: &[u8] = b"-----END CERTIFICATE-----";
    let (begin, end) = (
        memmem::Finder::new(b"-----BEGIN "),
        memmem::Finder::new(END),
    );
    let begins_line = |before: &[u8]| matches!(before.last(), None | Some(b'\n'));
    let ends_line = |after: &[u8]| matches!(after.first(), None | Some(b'\n' | b'\r'));
    let mut certificates = Vec::new();
    let mut base64 = Vec::new();
    let mut rest = bundle;
    while let Some(at) = begin.find(rest) {
        let (before, section) = rest.split_at(at);
        let text = section.strip_prefix(BEGIN)?;
        let (text, after) = text.split_at(end.find(text)?);
        let after = after.get(END.len()..)?;
        let lines = begins_line(before) && ends_line(text) && begins_line(text) && ends_line(after);
        if !lines || text.is_empty() {
            return None;
        }
        base64.clear();
        for line in text.split(|byte| *byte == b'\n') {
            base64.extend_from_slice(line.trim_ascii());
        }
        certificates.push(STANDARD.decode(&base64).ok()?.into());
        rest = after;
    }
    Some(certificates)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used)]
mod tests {
    use super::*;

    const ONE: &str = "-----BEGIN CERTIFICATE-----\nAQIDBA\n==\n-----END CERTIFICATE-----\n";
    const OTHER: &str = "-----BEGIN CERTIFICATE-----\r\n BQYH \r\n-----END CERTIFICATE-----";

    fn both(bundle: &str) -> [Option<Vec<CertificateDer<'static>>>; 2] {
        [plain(bundle.as_bytes()), any(bundle.as_bytes()).ok()]
    }

    #[test]
    fn a_plain_bundle_is_read_as_rustls_reads_it() {
        for bundle in [
            String::new(),
            ONE.into(),
            format!("# Somebody's CA\n{ONE}\nAnother\n=======\n{ONE}{ONE}"),
            ONE.replace('\n', "\r\n"),
            format!("{ONE}\n-----BEGIN"),
        ] {
            let [plain, any] = both(&bundle);
            assert!(plain.is_some(), "{bundle}");
            assert_eq!(plain, any, "{bundle}");
        }
        assert_eq!(plain(ONE.as_bytes()).unwrap(), [vec![1, 2, 3, 4].into()]);
        assert_eq!(plain(OTHER.as_bytes()).unwrap(), [vec![5, 6, 7].into()]);
    }

    #[test]
    fn a_damaged_bundle_is_read_as_rustls_reads_it_or_left_to_it() {
        let whole = format!("# One\n{ONE}# Other\n{OTHER}\n{ONE}").into_bytes();
        for seed in 0..20_000u64 {
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            let mut random = |below: usize| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                usize::try_from(state % below as u64).unwrap()
            };
            let mut bundle = whole.clone();
            for _ in 0..=random(3) {
                let at = random(bundle.len());
                let byte = b"-\n\r =ABZ/+E\0\xff"[random(13)];
                match random(3) {
                    0 => bundle[at] = byte,
                    1 => bundle.insert(at, byte),
                    _ => drop(bundle.remove(at)),
                }
            }
            let any = any(&bundle).ok();
            let plain = plain(&bundle);
            let shown = String::from_utf8_lossy(&bundle);
            assert!(plain.is_none() || plain == any, "seed {seed}: {shown}");
        }
    }

    #[test]
    fn the_rest_is_left_to_rustls() {
        for bundle in [
            ONE.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
            format!("{ONE}{}", ONE.replace("CERTIFICATE", "PRIVATE KEY")),
            ONE.replace("AQIDBA", "AQ*DBA"),
            ONE.replace("-----END", "-----FIN"),
            ONE.replace("==", ""),
            ONE.replace('\n', " "),
            "-----BEGIN CERTIFICATE-----".into(),
            "-----BEGIN CERTIFICATE----------END CERTIFICATE-----".into(),
        ] {
            assert_eq!(plain(bundle.as_bytes()), None, "{bundle}");
        }
    }
}
