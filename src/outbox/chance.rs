//! Tokens and jitter, from the TLS library's generator: the system's, which a fork does not repeat.

use super::store::Token;

/// A token, never 0, and a number from 0 to 1.
#[must_use]
pub fn draw() -> (Token, f64) {
    let mut bytes = [0; 12];
    // Without randomness there is no TLS either; a lease still has the order's id and an end.
    let _ = rustls::crypto::ring::default_provider()
        .secure_random
        .fill(&mut bytes);
    let [a, b, c, d, e, f, g, h, jitter @ ..] = bytes;
    let token = i64::from_ne_bytes([a, b, c, d, e, f, g, h]);
    let jitter = f64::from(u32::from_ne_bytes(jitter)) / f64::from(u32::MAX);
    (token | 1, jitter)
}

#[cfg(test)]
mod tests {
    #[test]
    fn draws_differ() {
        let (one, another) = (super::draw(), super::draw());
        assert_ne!(one.0, another.0);
        assert!((0.0..=1.0).contains(&one.1));
    }
}
