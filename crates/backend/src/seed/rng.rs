//! A small generator of reproducible numbers (SplitMix64). Not for anything secret.

pub(crate) struct Rng(u64);

impl Rng {
    /// The sequence that belongs to a name.
    pub(crate) fn named(parts: &[&str]) -> Self {
        let bytes: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        let hash = crate::ids::digest(&bytes);
        let mut start = [0; 8];
        start.copy_from_slice(&hash[..8]);
        Self(u64::from_be_bytes(start))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `low..high`; `low` when there is none.
    pub(crate) fn range(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or(0).max(1);
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }

    /// A position in a list of `len` things.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.next() % (len.max(1) as u64)).unwrap_or(0)
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next().to_be_bytes()[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_gives_the_same_numbers() {
        let draw = |name| {
            let mut rng = Rng::named(&[name]);
            [rng.range(0, 1000), rng.range(0, 1000), rng.range(0, 1000)]
        };
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a"), draw("b"));
        assert!((0..100).all(|_| (5..9).contains(&Rng::named(&["c"]).range(5, 9))));
    }
}
