//! Tokens and jitter, from the system's generator, which a fork does not repeat.

use super::store::Token;

/// Random values, as an argument.
#[derive(Clone, Copy, Debug)]
pub struct Entropy {
    /// Never 0.
    pub token: Token,
    /// From 0 to 1.
    pub jitter: f64,
}

#[must_use]
pub fn draw() -> Entropy {
    let mut bytes = [0; 12];
    // Fails only on a system without a generator, where TLS fails as well.
    let _ = getrandom::fill(&mut bytes);
    let [a, b, c, d, e, f, g, h, jitter @ ..] = bytes;
    let token = i64::from_ne_bytes([a, b, c, d, e, f, g, h]);
    let jitter = f64::from(u32::from_ne_bytes(jitter)) / f64::from(u32::MAX);
    Entropy {
        token: token | 1,
        jitter,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn draws_differ() {
        let (one, another) = (super::draw(), super::draw());
        assert_ne!(one.token, another.token);
        assert!((0.0..=1.0).contains(&one.jitter));
    }
}
