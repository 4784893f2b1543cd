//! The four programmes against the designer's values, and any brand at all against AA.

use proptest::prelude::*;

use super::*;

const FOUR: [(&str, &str, &str); 4] = [
    ("#0F5B66", "#F2A25C", "deep"),
    ("#EE8266", "#8A5A2E", "pale"),
    ("#BDF03A", "#00796F", "vivid"),
    ("#CF2440", "#7FB9DD", "snow"),
];

/// coffee, milk-tea, sparkling, ice-tea, each light and dark, as the design reference has them.
#[rustfmt::skip]
const TOKENS: [&str; 8] = [
    concat!(
        "--bg:#F8F5F1;--surface:#FEFEFC;--sunken:#F1ECE5;--text:#241D12;--line:#E1DCD3;--brand:#0F5B66;",
        "--brand-soft:#D8EEF3;--accent:#F2A25C;--accent-soft:#FEEADA;--muted:#6C6559;--brand-ink:#0F5B66;",
        "--accent-ink:#9A5604;--brand-mark:#0F5B66;--accent-mark:#C77A31;--on-brand:#FFFFFF;",
        "--on-accent:#2B1401;--positive-soft:#DEF3E4;--positive:#087642;--warning-soft:#FCE9D9;",
        "--warning:#985600;--danger-soft:#FEE7E4;--danger:#C32832;--on-danger:#FFFFFF;--wall:#DFEEF0;",
        "--board:#CDE0E3;--sky1:#043940;--sky2:#4F929D;--land1:#296E79;--land2:#09515B;--land3:#003239;",
        "--sun:#FABD79;--glint:#90C9D3;--shore:#F8F5F1;--on-sky:#FFFFFF;",
    ),
    concat!(
        "--bg:#091213;--surface:#121D1F;--sunken:#1A272A;--text:#E7EEF0;--line:#2B3A3C;--brand:#5B9EAA;",
        "--brand-soft:#1A3237;--accent:#F2A25C;--accent-soft:#34251A;--muted:#91A2A5;--brand-ink:#63A6B1;",
        "--accent-ink:#F2A25C;--brand-mark:#5B9EAA;--accent-mark:#F2A25C;--on-brand:#001F24;",
        "--on-accent:#2B1401;--positive-soft:#173221;--positive:#4FAA73;--warning-soft:#3B2612;",
        "--warning:#CE8744;--danger-soft:#3F2220;--danger:#FC6160;--on-danger:#2E100F;--wall:#1B2B2D;",
        "--board:#122124;--sky1:#011E23;--sky2:#184A52;--land1:#194046;--land2:#063036;--land3:#032025;",
        "--sun:#E8B275;--glint:#5C8991;--shore:#091213;--on-sky:#FFFFFF;",
    ),
    concat!(
        "--bg:#FAF4F3;--surface:#FFFDFD;--sunken:#F4EBE8;--text:#271A17;--line:#E5DAD7;--brand:#EE8266;",
        "--brand-soft:#FEE3DB;--accent:#8A5A2E;--accent-soft:#FDEADA;--muted:#71625E;--brand-ink:#A84329;",
        "--accent-ink:#8A5A2E;--brand-mark:#D86E53;--accent-mark:#8A5A2E;--on-brand:#2E1109;",
        "--on-accent:#FFFFFF;--positive-soft:#DEF3E4;--positive:#087642;--warning-soft:#FCE9D9;",
        "--warning:#985600;--danger-soft:#FEE7E4;--danger:#C32832;--on-danger:#FFFFFF;--wall:#F7E6E2;",
        "--board:#EFD5CE;--sky1:#FEE3D7;--sky2:#FFC4A2;--land1:#E8B087;--land2:#BF8C61;--land3:#93663F;",
        "--sun:#F89177;--glint:#FDEBDC;--shore:#FAF4F3;--on-sky:#2D1610;",
    ),
    concat!(
        "--bg:#150E0C;--surface:#221816;--sunken:#2D211E;--text:#F2EBE9;--line:#403330;--brand:#EE8266;",
        "--brand-soft:#43241C;--accent:#BF8C60;--accent-soft:#342619;--muted:#AA9A96;--brand-ink:#EE8266;",
        "--accent-ink:#BD8A5D;--brand-mark:#EE8266;--accent-mark:#BF8C60;--on-brand:#2E1109;",
        "--on-accent:#2B1400;--positive-soft:#173221;--positive:#4FAA73;--warning-soft:#3B2612;",
        "--warning:#CE8744;--danger-soft:#3F2220;--danger:#FC6160;--on-danger:#2E100F;--wall:#37211C;",
        "--board:#2C1812;--sky1:#26150D;--sky2:#583A2D;--land1:#4B3328;--land2:#3B2419;--land3:#28170F;",
        "--sun:#F7A792;--glint:#9A7767;--shore:#150E0C;--on-sky:#FFFFFF;",
    ),
    concat!(
        "--bg:#F1F7F6;--surface:#FCFEFE;--sunken:#E6F0EE;--text:#12221F;--line:#D3DFDD;--brand:#BDF03A;",
        "--brand-soft:#E3EFD2;--accent:#00796F;--accent-soft:#D6F6F1;--muted:#596865;--brand-ink:#027269;",
        "--accent-ink:#05746A;--brand-mark:#759907;--accent-mark:#00796F;--on-brand:#151E02;",
        "--on-accent:#FFFFFF;--positive-soft:#DEF3E4;--positive:#0B7743;--warning-soft:#FCE9D9;",
        "--warning:#985600;--danger-soft:#FEE7E4;--danger:#C32832;--on-danger:#FFFFFF;--wall:#E6F3D2;",
        "--board:#D3E7B1;--sky1:#C3F353;--sky2:#DBFE9B;--land1:#5BC8AA;--land2:#179481;--land3:#08635B;",
        "--sun:#F5FFE5;--glint:#F5FFE6;--shore:#F1F7F6;--on-sky:#01231F;",
    ),
    concat!(
        "--bg:#091211;--surface:#121E1C;--sunken:#1A2826;--text:#E7EFED;--line:#2B3A38;--brand:#B4E62A;",
        "--brand-soft:#113530;--accent:#4CAB9F;--accent-soft:#172E2B;--muted:#91A3A0;--brand-ink:#4CAB9F;",
        "--accent-ink:#45A499;--brand-mark:#B4E62A;--accent-mark:#4CAB9F;--on-brand:#161E02;",
        "--on-accent:#01201D;--positive-soft:#173221;--positive:#4FAA73;--warning-soft:#3B2612;",
        "--warning:#CE8744;--danger-soft:#3F2220;--danger:#FC6160;--on-danger:#2E100F;--wall:#112D2A;",
        "--board:#062320;--sky1:#021F1C;--sky2:#114D46;--land1:#14423C;--land2:#00322D;--land3:#00221E;",
        "--sun:#B0C981;--glint:#5E8A84;--shore:#091211;--on-sky:#FFFFFF;",
    ),
    concat!(
        "--bg:#F2F7FA;--surface:#FCFEFF;--sunken:#E7EEF4;--text:#142027;--line:#D5DEE4;--brand:#CF2440;",
        "--brand-soft:#FFE2E1;--accent:#7FB9DD;--accent-soft:#DDF1FE;--muted:#5B6870;--brand-ink:#C61739;",
        "--accent-ink:#346D8E;--brand-mark:#CF2440;--accent-mark:#5A93B6;--on-brand:#FFFFFF;",
        "--on-accent:#001D2F;--positive-soft:#DEF3E4;--positive:#0B7743;--warning-soft:#FCE9D9;",
        "--warning:#985600;--danger-soft:#FEE7E4;--danger:#C32832;--on-danger:#FFFFFF;--wall:#E0EDF5;",
        "--board:#CEDFEA;--sky1:#CDE3F3;--sky2:#E7F2FA;--land1:#CDE1EF;--land2:#E6F0F7;--land3:#F6FBFE;",
        "--sun:#CF2440;--glint:#99C4E0;--shore:#F2F7FA;--on-sky:#07202D;",
    ),
    concat!(
        "--bg:#0A1115;--surface:#141C22;--sunken:#1C262D;--text:#E8EEF2;--line:#2D3840;--brand:#F54E5E;",
        "--brand-soft:#442324;--accent:#7FB9DD;--accent-soft:#1B2B35;--muted:#93A1A9;--brand-ink:#FE656F;",
        "--accent-ink:#7FB9DD;--brand-mark:#F54E5E;--accent-mark:#7FB9DD;--on-brand:#2E1011;",
        "--on-accent:#001D2F;--positive-soft:#173221;--positive:#4FAA73;--warning-soft:#3B2612;",
        "--warning:#CE8744;--danger-soft:#3F2220;--danger:#FC6160;--on-danger:#2E100F;--wall:#1C2A32;",
        "--board:#132028;--sky1:#0E1B23;--sky2:#304653;--land1:#2A3C47;--land2:#1B2C37;--land3:#111E26;",
        "--sun:#D9525C;--glint:#64859B;--shore:#0A1115;--on-sky:#FFFFFF;",
    ),
];

const PAIRS: [(&str, &str); 34] = [
    ("text", "bg"),
    ("text", "surface"),
    ("text", "sunken"),
    ("text", "brand-soft"),
    ("text", "accent-soft"),
    ("muted", "bg"),
    ("muted", "surface"),
    ("muted", "sunken"),
    ("brand-ink", "bg"),
    ("brand-ink", "surface"),
    ("brand-ink", "sunken"),
    ("brand-ink", "brand-soft"),
    ("on-brand", "brand"),
    ("on-accent", "accent"),
    ("accent-ink", "bg"),
    ("accent-ink", "surface"),
    ("accent-ink", "accent-soft"),
    ("positive", "bg"),
    ("positive", "surface"),
    ("positive", "positive-soft"),
    ("warning", "bg"),
    ("warning", "surface"),
    ("warning", "warning-soft"),
    ("danger", "bg"),
    ("danger", "surface"),
    ("danger", "danger-soft"),
    ("on-danger", "danger"),
    ("on-sky", "sky1"),
    ("text", "wall"),
    ("muted", "wall"),
    ("brand-mark", "bg"),
    ("brand-mark", "surface"),
    ("accent-mark", "bg"),
    ("accent-mark", "surface"),
];

fn failures(brand: &Brand) -> Vec<String> {
    let mut failures = Vec::new();
    for dark in [false, true] {
        let roles = roles(brand, dark);
        let find = |name: &str| {
            roles.iter().find(|(role, _)| *role == name).and_then(|(_, hex)| Rgb::parse(hex)).unwrap()
        };
        for (text, ground) in PAIRS {
            let ratio = contrast(find(text), find(ground));
            if ratio < if text.ends_with("-mark") { 3.0 } else { 4.5 } {
                failures.push(format!("{text} on {ground}, dark {dark}: {ratio:.2}"));
            }
        }
    }
    failures
}

#[test]
fn the_four_programmes_are_byte_equal_to_the_design() {
    for (at, tokens) in TOKENS.iter().enumerate() {
        let (primary, accent, mood) = FOUR[at / 2];
        let roles = roles(&Brand::parse(primary, accent, mood), at % 2 == 1);
        let css: String = roles.iter().map(|(name, hex)| format!("--{name}:{hex};")).collect();
        assert_eq!(&css, tokens);
    }
}

#[test]
fn wrong_colours_become_the_neutral_brand() {
    let brand = Brand::parse("crimson", "#12", "stormy");
    assert_eq!(brand, Brand::NEUTRAL);
    assert_eq!(Brand::parse("#bdf03a", "", "vivid").primary, Rgb([0xBD, 0xF0, 0x3A]));
    assert_eq!(failures(&Brand::NEUTRAL), Vec::<String>::new());
}

#[test]
fn corners_of_the_cube_and_greys_read() {
    let mut colours: Vec<Rgb> =
        (0..8_u8).map(|n| Rgb([(n & 1) * 255, (n >> 1 & 1) * 255, (n >> 2) * 255])).collect();
    colours.extend((0..=15).map(|n| Rgb([n * 17; 3])));
    for primary in &colours {
        for accent in &colours {
            for mood in [Mood::Deep, Mood::Pale, Mood::Vivid, Mood::Snow] {
                let brand = Brand { primary: *primary, accent: *accent, mood };
                assert_eq!(failures(&brand), Vec::<String>::new(), "{brand:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_brand_reads(primary: [u8; 3], accent: [u8; 3], mood in 0_usize..4) {
        let mood = [Mood::Deep, Mood::Pale, Mood::Vivid, Mood::Snow][mood];
        let brand = Brand { primary: Rgb(primary), accent: Rgb(accent), mood };
        prop_assert_eq!(failures(&brand), Vec::<String>::new());
    }
}
