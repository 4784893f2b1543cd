//! OKLCH arithmetic on 8-bit sRGB, without trigonometry or `powf`: both weigh kilobytes in the module.

/// An opaque sRGB colour, 8 bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub [u8; 3]);

impl Rgb {
    /// White.
    pub const WHITE: Self = Self([255; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// Reads `#RRGGBB` in any case, with blanks around it; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?.as_bytes();
        if digits.len() != 6 {
            return None;
        }
        let mut channels = [0; 3];
        for (channel, pair) in channels.iter_mut().zip(digits.chunks_exact(2)) {
            *channel = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self(channels))
    }

    /// `#RRGGBB` in capitals.
    pub fn hex(self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        let mut text = String::with_capacity(7);
        text.push('#');
        for channel in self.0 {
            text.push(DIGITS[usize::from(channel >> 4)] as char);
            text.push(DIGITS[usize::from(channel & 15)] as char);
        }
        text
    }

    /// Relative luminance as WCAG defines it, 0 to 1.
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn linear(self) -> [f64; 3] {
        self.0.map(|channel| to_linear(f64::from(channel) / 255.0))
    }
}

/// The WCAG contrast ratio of two colours, 1 to 21, in either order.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (a.luminance(), b.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// A direction in the a-b plane, as the cosine and the sine of the hue angle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hue(pub(super) f64, pub(super) f64);

impl Hue {
    /// This hue turned by another one's angle.
    pub(super) fn turned(self, by: Self) -> Self {
        Self(self.0 * by.0 - self.1 * by.1, self.1 * by.0 + self.0 * by.1)
    }
}

/// Lightness 0 to 1, chroma from 0, hue; the hue of a grey is `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lch {
    pub(super) l: f64,
    pub(super) c: f64,
    pub(super) hue: Option<Hue>,
}

impl Lch {
    /// The hue, or for a grey the one given.
    pub(super) fn hue_or(self, other: Hue) -> Hue {
        self.hue.unwrap_or(other)
    }
}

impl From<Rgb> for Lch {
    fn from(colour: Rgb) -> Self {
        let [r, g, b] = colour.linear();
        let l = root(3, 0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        let m = root(3, 0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        let s = root(3, 0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        let lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
        let x = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
        let y = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
        let c = (x * x + y * y).sqrt();
        // Below this the hue is rounding noise, not something that the brand chose.
        let hue = (c >= 0.002).then(|| Hue(x / c, y / c));
        Self { l: lightness, c, hue }
    }
}

const CHROMA_STEP: f64 = 0.004;

/// The colour of this lightness, chroma and hue; out of gamut the chroma gives way.
pub(super) fn lch(l: f64, c: f64, hue: Hue) -> Rgb {
    let at = |step: u32| raw(l, (c - f64::from(step) * CHROMA_STEP).max(0.0), hue);
    let mut fits = 0;
    if !in_gamut(&at(0)) {
        let mut fails = 0;
        fits = (c / CHROMA_STEP) as u32 + 1;
        while fits - fails > 1 {
            let middle = (fits + fails) / 2;
            if in_gamut(&at(middle)) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
    }
    Rgb(at(fits).map(|x| (to_gamma(x.clamp(0.0, 1.0)) * 255.0 + 0.5) as u8))
}

fn in_gamut(linear: &[f64; 3]) -> bool {
    linear.iter().all(|x| (-0.0005..=1.0005).contains(x))
}

/// Linear sRGB, which may lie out of gamut.
fn raw(l: f64, c: f64, hue: Hue) -> [f64; 3] {
    let (a, b) = (c * hue.0, c * hue.1);
    let cube = |x: f64| x * x * x;
    let long = cube(l + 0.3963377774 * a + 0.2158037573 * b);
    let medium = cube(l - 0.1055613458 * a - 0.0638541728 * b);
    let short = cube(l - 0.0894841775 * a - 1.291485548 * b);
    [
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
    ]
}

fn to_linear(c: f64) -> f64 {
    if c <= 0.04045 {
        return c / 12.92;
    }
    let base = (c + 0.055) / 1.055;
    let fifth = root(5, base);
    base * base * fifth * fifth
}

fn to_gamma(c: f64) -> f64 {
    if c <= 0.0031308 {
        return 12.92 * c;
    }
    let fourth = c.sqrt().sqrt();
    let twelfth = root(3, fourth);
    1.055 * fourth * twelfth * twelfth - 0.055
}

/// The nth root of a number in 0 to 1, by Newton's method from above, where it falls steadily until it is exact.
fn root(n: i32, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let mut y = 1.0;
    for _ in 0..64 {
        let mut power = 1.0;
        for _ in 1..n {
            power *= y;
        }
        let next = y + (x / power - y) / f64::from(n);
        if next >= y {
            break;
        }
        y = next;
    }
    y
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parses_any_case_and_nothing_else() {
        assert_eq!(Rgb::parse("#0f5B66"), Some(Rgb([15, 91, 102])));
        assert_eq!(Rgb::parse(" #FFFFFF\n"), Some(Rgb::WHITE));
        for wrong in ["", "#", "0F5B66", "#0F5B6", "#0F5B666", "#0F5B6G", "#茶茶", "red", "#12-4+6"] {
            assert_eq!(Rgb::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn contrast_is_the_known_one() {
        assert!((contrast(Rgb::BLACK, Rgb::WHITE) - 21.0).abs() < 1e-9);
        assert!((contrast(Rgb([0x76; 3]), Rgb::WHITE) - 4.5425).abs() < 1e-3);
        assert_eq!(contrast(Rgb::WHITE, Rgb::WHITE), 1.0);
    }

    proptest! {
        #[test]
        fn hex_round_trips(channels: [u8; 3]) {
            prop_assert_eq!(Rgb::parse(&Rgb(channels).hex()), Some(Rgb(channels)));
            prop_assert_eq!(Rgb::parse(&Rgb(channels).hex().to_lowercase()), Some(Rgb(channels)));
        }

        #[test]
        fn parsing_never_panics(text: String) {
            let _ = Rgb::parse(&text);
        }

        #[test]
        fn oklch_round_trips(channels: [u8; 3]) {
            let source = Lch::from(Rgb(channels));
            let back = lch(source.l, source.c, source.hue_or(Hue(1.0, 0.0)));
            for (a, b) in channels.iter().zip(back.0) {
                prop_assert!(a.abs_diff(b) <= 1, "{:?} came back as {:?}", channels, back);
            }
        }

        #[test]
        fn roots_are_roots(x in 0.0..=1.0_f64) {
            prop_assert!((root(3, x).powi(3) - x).abs() < 1e-12);
            prop_assert!((root(5, x) - x.powf(0.2)).abs() < 1e-12);
            prop_assert!((to_gamma(to_linear(x)) - x).abs() < 1e-4);
        }
    }
}
