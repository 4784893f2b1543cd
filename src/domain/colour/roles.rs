//! The derivation itself. Its numbers are the designer's: `tests.rs` holds the four programmes to them.

use super::oklch::{Hue, Lch, Rgb, contrast, lch};
use super::{Brand, Mood};

/// A role's name, which is its custom property without the dashes, and its colour.
type Roles = Vec<(&'static str, Rgb)>;

/// How far `ink` moves the lightness at a time.
const INK_STEP: f64 = 0.004;
/// AA for text.
const AA: f64 = 4.5;
/// What a grey brand's paper is tinted with: warm, about 75 degrees.
const WARM: Hue = Hue(0.25881904510252074, 0.9659258262890683);

const PLUS_8: Hue = Hue(0.9902680687415704, 0.13917310096006544);
const PLUS_10: Hue = Hue(0.984807753012208, 0.17364817766693033);
const PLUS_12: Hue = Hue(0.9781476007338057, 0.20791169081775934);
const PLUS_16: Hue = Hue(0.9612616959383189, 0.27563735581699916);
const PLUS_20: Hue = Hue(0.9396926207859084, 0.3420201433256687);
const PLUS_22: Hue = Hue(0.9271838545667874, 0.374606593415912);
const PLUS_25: Hue = Hue(0.9063077870366499, 0.42261826174069944);
const MINUS_6: Hue = Hue(0.9945218953682733, -0.10452846326765347);
const MINUS_12: Hue = Hue(0.9781476007338057, -0.20791169081775934);

/// Name, its soft ground's name, hue and chroma of the three states.
const STATES: [(&str, &str, Hue, f64); 3] = [
    ("positive", "positive-soft", Hue(-0.9063077870366499, 0.4226182617406995), 0.12),
    ("warning", "warning-soft", Hue(0.46947156278589086, 0.8829475928589269), 0.12),
    ("danger", "danger-soft", Hue(0.9135454576426009, 0.4067366430758002), 0.19),
];

/// The custom properties of a programme: name without its dashes, and `#RRGGBB`.
///
/// Every pair that the design puts text on reaches 4.5, and every mark that carries data 3, whatever the two colours are.
pub fn roles(brand: &Brand, dark: bool) -> Vec<(&'static str, String)> {
    let derived = derive(brand, dark);
    derived.into_iter().map(|(name, colour)| (name, colour.hex())).collect()
}

fn derive(brand: &Brand, dark: bool) -> Roles {
    let pick = |light: f64, night: f64| if dark { night } else { light };
    let (b, a) = (Lch::from(brand.primary), Lch::from(brand.accent));
    let a_hue = a.hue.or(b.hue).unwrap_or(WARM);
    let b_hue = b.hue_or(a_hue);
    // A bright brand, lime for one, can't be text: its accent speaks for it.
    let bright = b.l > 0.8;
    let n_hue = match brand.mood {
        Mood::Deep if dark => b_hue,
        Mood::Deep => a_hue.turned(PLUS_20),
        Mood::Snow => a_hue,
        Mood::Pale | Mood::Vivid => {
            if bright {
                a_hue
            } else {
                b_hue
            }
        }
    };
    let paper = |light: [u16; 2], night: [u16; 2]| tone(if dark { night } else { light }, n_hue);
    let bg = paper([972, 7], [172, 14]);
    let surface = paper([996, 2], [222, 17]);
    let sunken = paper([946, 11], [262, 19]);
    let (fill, fill_soft, accent, accent_soft);
    if dark {
        fill = lch(if bright { b.l - 0.03 } else { b.l.max(0.66) }, b.c, b_hue);
        let (soft_c, soft_hue) = if bright { (a.c, a_hue) } else { (b.c, b_hue) };
        fill_soft = lch(0.30, (soft_c * 0.45).min(0.05), soft_hue);
        accent = lch(if a.l < 0.6 { 0.68 } else { a.l }, a.c, a_hue);
        accent_soft = lch(0.28, (a.c * 0.35).min(0.03), a_hue);
    } else {
        fill = brand.primary;
        fill_soft = lch(0.935, (b.c * 0.35).min(0.04), b_hue);
        accent = brand.accent;
        accent_soft = lch(0.948, (a.c * 0.4).min(0.034), a_hue);
    }
    let ink = |source: Rgb, grounds: &[Rgb], need: f64| ink(source, n_hue, grounds, need, dark);
    let mark = |source: Rgb, fill: Rgb| {
        if reads(fill, &[bg, surface], 3.05) { fill } else { ink(source, &[bg, surface], 3.05) }
    };
    let shelf = shelf(brand.mood, bright, (b_hue, b.c), (a_hue, a.c), n_hue, dark);
    let mut muted = ink(paper([520, 20], [700, 20]), &[bg, surface, sunken], 4.9);
    if contrast(muted, shelf[0].1) < AA {
        muted = ink(muted, &[bg, surface, sunken, shelf[0].1], AA + 0.1);
    }
    let speaker = if bright { brand.accent } else { brand.primary };

    let mut r: Roles = vec![
        ("bg", bg),
        ("surface", surface),
        ("sunken", sunken),
        ("text", paper([235, 22], [945, 8])),
        ("line", paper([895, 13], [335, 20])),
        ("brand", fill),
        ("brand-soft", fill_soft),
        ("accent", accent),
        ("accent-soft", accent_soft),
        ("muted", muted),
        ("brand-ink", ink(speaker, &[bg, surface, sunken, fill_soft], 4.8)),
        ("accent-ink", ink(brand.accent, &[bg, surface, sunken, accent_soft], 4.8)),
        ("brand-mark", mark(brand.primary, fill)),
        ("accent-mark", mark(brand.accent, accent)),
        ("on-brand", on(fill)),
        ("on-accent", on(accent)),
    ];
    let mut danger = Rgb::BLACK;
    for (name, soft_name, hue, chroma) in STATES {
        let soft = lch(pick(0.945, 0.29), pick(0.03, 0.045), hue);
        danger = ink(lch(0.56, chroma, hue), &[bg, surface, sunken, soft], 4.8);
        r.push((soft_name, soft));
        r.push((name, danger));
    }
    r.push(("on-danger", on(danger)));
    r.extend_from_slice(&shelf);
    // Goods of a snow brand stand on a cool shelf, and so does what follows it.
    let land_hue = if brand.mood == Mood::Snow { a_hue } else { b_hue };
    let scene = landscape(brand, land_hue, a_hue, dark);
    r.extend_from_slice(&scene);
    r.push(("shore", bg));
    let sky = scene[0].1;
    let on_sky = if contrast(Rgb::WHITE, sky) >= 4.6 { Rgb::WHITE } else { darkest(sky, 0.23, 0.04, n_hue) };
    r.push(("on-sky", on_sky));
    r
}

/// Wall and board, light from above: a red good needs a cool wall, so a snow brand takes its accent's.
fn shelf(
    mood: Mood,
    bright: bool,
    brand: (Hue, f64),
    accent: (Hue, f64),
    night: Hue,
    dark: bool,
) -> [(&'static str, Rgb); 2] {
    let (hue, c) = if mood == Mood::Snow { accent } else { brand };
    let (wall, board) = if dark {
        let c = (c * 0.3).min(0.035);
        (lch(0.275, c, night), lch(0.235, c, night))
    } else if bright {
        (lch(0.945, 0.045, hue), lch(0.90, 0.075, hue))
    } else {
        (lch(0.938, (c * 0.22).min(0.02), hue), lch(0.893, (c * 0.3).min(0.03), hue))
    };
    [("wall", wall), ("board", board)]
}

/// Lightness and chroma in thousandths, and which of [`hues`].
type Tone = (u16, u16, usize);

const B: usize = 0;
const A: usize = 1;
const B_PLUS_12: usize = 2;
const B_PLUS_16: usize = 3;
const B_PLUS_22: usize = 4;
const B_PLUS_25: usize = 5;
const A_PLUS_8: usize = 6;
const A_MINUS_6: usize = 7;
const A_MINUS_12: usize = 8;

/// The brand's hue and the accent's, and both turned by some degrees.
fn hues(b: Hue, a: Hue) -> [Hue; 9] {
    let turned =
        [(b, PLUS_12), (b, PLUS_16), (b, PLUS_22), (b, PLUS_25), (a, PLUS_8), (a, MINUS_6), (a, MINUS_12)];
    let [b12, b16, b22, b25, a8, a_6, a_12] = turned.map(|(hue, by)| hue.turned(by));
    [b, a, b12, b16, b22, b25, a8, a_6, a_12]
}

/// The five tones of the scene, its sun and its glint by day, by mood. A snow brand's sun is the brand itself.
const DAYS: [[Tone; 7]; 4] = [
    // Deep
    [
        (315, 60, B),
        (620, 70, B),
        (500, 70, B),
        (400, 66, B),
        (290, 55, B),
        (840, 110, A_PLUS_8),
        (800, 60, B),
    ],
    // Pale
    [
        (935, 38, B_PLUS_12),
        (865, 85, B_PLUS_16),
        (800, 85, B_PLUS_22),
        (680, 85, A),
        (550, 80, A),
        (760, 130, B),
        (950, 40, B_PLUS_25),
    ],
    // Vivid
    [
        (900, 190, B),
        (950, 130, B),
        (760, 110, A_MINUS_12),
        (600, 105, A_MINUS_6),
        (450, 85, A),
        (985, 40, B),
        (985, 50, B),
    ],
    // Snow
    [(905, 32, A), (955, 16, A), (900, 28, A), (950, 14, A), (985, 6, A), (0, 0, B), (800, 60, A)],
];

/// The five tones of the scene, its sun and its glint.
fn landscape(brand: &Brand, b: Hue, a: Hue, dark: bool) -> [(&'static str, Rgb); 7] {
    let hues = hues(b, a);
    let mut day = DAYS[brand.mood as usize].map(|(l, c, hue)| tone([l, c], hues[hue]));
    if brand.mood == Mood::Snow {
        day[5] = brand.primary;
    }
    let tones = if dark {
        let (hue, c) = match brand.mood {
            Mood::Deep => (b, 0.045),
            Mood::Pale => (b.turned(PLUS_10), 0.04),
            Mood::Vivid => (a, 0.05),
            Mood::Snow => (a, 0.03),
        };
        let (sun_l, sun_c) = if brand.mood == Mood::Snow { (0.62, 0.17) } else { (0.80, 0.1) };
        [
            lch(0.215, c * 0.8, hue),
            lch(0.38, c * 1.2, hue),
            lch(0.345, c, hue),
            lch(0.285, c, hue),
            lch(0.225, c * 0.8, hue),
            lch(sun_l, sun_c, Lch::from(day[5]).hue_or(b)),
            lch(0.6, 0.05, hue),
        ]
    } else {
        day
    };
    let [sky1, sky2, land1, land2, land3, sun, glint] = tones;
    [
        ("sky1", sky1),
        ("sky2", sky2),
        ("land1", land1),
        ("land2", land2),
        ("land3", land3),
        ("sun", sun),
        ("glint", glint),
    ]
}

/// Of lightness and chroma in thousandths.
fn tone([l, c]: [u16; 2], hue: Hue) -> Rgb {
    lch(f64::from(l) / 1000.0, f64::from(c) / 1000.0, hue)
}

fn reads(text: Rgb, grounds: &[Rgb], need: f64) -> bool {
    grounds.iter().all(|ground| contrast(text, *ground) >= need)
}

/// Text in the hue of `source`: only the lightness moves, and only until it reaches `need` on every ground.
fn ink(source: Rgb, grey: Hue, grounds: &[Rgb], need: f64, dark: bool) -> Rgb {
    let Lch { l, c, hue } = Lch::from(source);
    let hue = hue.unwrap_or(grey);
    let l = if dark { l.max(0.62) } else { l };
    let room = if dark { 1.0 - l } else { l };
    let end = if dark { Rgb::WHITE } else { Rgb::BLACK };
    let steps = (room.max(0.0) / INK_STEP) as u32 + 1;
    first(steps, end, |step| {
        let moved = f64::from(step) * INK_STEP;
        let text = lch((if dark { l + moved } else { l - moved }).clamp(0.0, 1.0), c, hue);
        reads(text, grounds, need).then_some(text)
    })
}

/// Text on a fill: white where it passes, else the darkest ink of that hue.
fn on(fill: Rgb) -> Rgb {
    if contrast(Rgb::WHITE, fill) >= 4.6 {
        return Rgb::WHITE;
    }
    let Lch { c, hue, .. } = Lch::from(fill);
    darkest(fill, 0.22, c.min(0.05), hue.unwrap_or(WARM))
}

/// Ink of this lightness, darker only where a middling ground asks for it. Black always passes where white doesn't.
fn darkest(ground: Rgb, l: f64, c: f64, hue: Hue) -> Rgb {
    let steps = (l / INK_STEP) as u32 + 1;
    first(steps, Rgb::BLACK, |step| {
        let text = lch((l - f64::from(step) * INK_STEP).max(0.0), c, hue);
        (contrast(text, ground) >= AA).then_some(text)
    })
}

/// What `try_at` gives at the first step that it accepts, by bisection; `end` when none before `steps` does.
fn first(steps: u32, end: Rgb, try_at: impl Fn(u32) -> Option<Rgb>) -> Rgb {
    if let Some(found) = try_at(0) {
        return found;
    }
    let (mut refused, mut accepted, mut found) = (0, steps, end);
    while accepted - refused > 1 {
        let middle = (accepted + refused) / 2;
        match try_at(middle) {
            Some(better) => (accepted, found) = (middle, better),
            None => refused = middle,
        }
    }
    found
}
