//! Private keys are shown as `********`, wherever they are in what is printed.

const MASK: &[u8] = b"********";

/// Shorter ones would hide half of the output, and are no keys.
const SHORTEST: usize = 3;

pub(crate) struct Secrets(Vec<Vec<u8>>);

impl Secrets {
    pub(crate) fn new(secrets: impl Iterator<Item = Vec<u8>>) -> Self {
        let mut secrets: Vec<_> = secrets.filter(|secret| secret.len() >= SHORTEST).collect();
        // The longest first, so that none is cut by a part of it.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self(secrets)
    }

    pub(crate) fn mask(&self, text: &[u8]) -> Vec<u8> {
        let mut text = text.to_owned();
        for secret in &self.0 {
            text = replaced(&text, secret);
        }
        // Keys that were commented out.
        let mut result = Vec::with_capacity(text.len());
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            if [
                b"CURLOPT_USERPWD".as_slice(),
                b"CURLOPT_PASSWORD",
                b"CURLOPT_PROXYUSERPWD",
            ]
            .iter()
            .any(|name| contains(line, name))
            {
                result.extend(without_strings(line));
            } else {
                result.extend_from_slice(line);
            }
        }
        result
    }

    pub(crate) fn mask_text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.mask(text.as_bytes())).into_owned()
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn replaced(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest
        .windows(secret.len())
        .position(|window| window == secret)
    {
        let (before, after) = rest.split_at(at);
        result.extend_from_slice(before);
        result.extend_from_slice(MASK);
        rest = after.get(secret.len()..).unwrap_or_default();
    }
    result.extend_from_slice(rest);
    result
}

/// The line with each quoted text masked, except separators.
fn without_strings(line: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(line.len());
    let mut quoted: Option<(u8, Vec<u8>)> = None;
    for byte in line {
        match &mut quoted {
            Some((quote, text)) if quote == byte => {
                let plain = text.len() < SHORTEST;
                result.extend_from_slice(if plain { text } else { MASK });
                result.push(*byte);
                quoted = None;
            }
            Some((_, text)) => text.push(*byte),
            None => {
                result.push(*byte);
                if matches!(byte, b'\'' | b'"') {
                    quoted = Some((*byte, Vec::new()));
                }
            }
        }
    }
    if let Some((_, text)) = quoted {
        let end = text
            .iter()
            .rposition(|byte| !matches!(byte, b'\r' | b'\n'))
            .map_or(0, |at| at + 1);
        result.extend_from_slice(MASK);
        result.extend_from_slice(text.get(end..).unwrap_or_default());
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_masked_wherever_it_is() {
        let secrets =
            Secrets::new([b"s3cret".to_vec(), b"s3cret-long".to_vec(), b"x".to_vec()].into_iter());
        let masked = secrets.mask(b"a s3cret b 's3cret-long' x\n");
        assert_eq!(masked, b"a ******** b '********' x\n");
    }

    #[test]
    fn texts_beside_the_option_are_masked_although_nothing_is_known_of_them() {
        let secrets = Secrets::new(std::iter::empty());
        let line = b"// curl_setopt($curl, CURLOPT_USERPWD, \"old:key\" . ':' . 'it is\r\n";
        assert_eq!(
            secrets.mask(line),
            b"// curl_setopt($curl, CURLOPT_USERPWD, \"********\" . ':' . '********\r\n"
        );
    }
}
