//! Codes that a till scans, as the data of one SVG path.
//!
//! QR comes from `fast_qr`. Code 128 is ours: `barcoders` carries a dozen symbologies for the hundred lines below.

use fast_qr::{ECL, QRBuilder};

/// The height of the bars in [`code128_path`], in the unit of its modules.
pub const BAR_HEIGHT: u32 = 30;
/// Past this a bar code is wider than a phone can show.
const MAX_CHARACTERS: usize = 64;

/// The dark modules of a QR code as horizontal runs, and its side in modules; the four quiet modules around are the
/// caller's. `None` for an empty text and one that no QR code can hold (about 2,300 bytes).
pub fn qr_path(text: &str) -> Option<(String, u32)> {
    if text.is_empty() {
        return None;
    }
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let mut path = String::with_capacity(code.size * code.size * 4);
    for row in 0..code.size {
        let modules = &code[row];
        let mut column = 0;
        while column < code.size {
            let start = column;
            while column < code.size && modules[column].value() {
                column += 1;
            }
            if column > start {
                push_run(&mut path, start as u32, row as u32, (column - start) as u32, 1);
            }
            column += 1;
        }
    }
    Some((path, code.size as u32))
}

/// The bars of a Code 128 in sets B and C, as short as it can be, and its width in modules; the ten quiet modules on
/// either side are the caller's. `None` for an empty text, one over 64 characters, and anything but printable ASCII.
pub fn code128_path(text: &str) -> Option<(String, u32)> {
    let mut symbols = symbols(text.as_bytes())?;
    let mut sum = u32::from(symbols[0]);
    for (at, symbol) in symbols.iter().enumerate().skip(1) {
        sum += at as u32 * u32::from(*symbol);
    }
    symbols.push((sum % 103) as u8);
    let mut path = String::new();
    let mut x = 0;
    for symbol in symbols {
        x = push_bars(&mut path, x, PATTERNS[usize::from(symbol)], 6);
    }
    x = push_bars(&mut path, x, STOP, 7);
    Some((path, x))
}

/// The fewest symbols for a text, with its start, without check and stop.
fn symbols(text: &[u8]) -> Option<Vec<u8>> {
    if text.is_empty() || text.len() > MAX_CHARACTERS || !text.iter().all(|byte| (32..127).contains(byte)) {
        return None;
    }
    let pair = |at: usize| match text.get(at..at + 2) {
        Some(&[tens, ones]) if tens.is_ascii_digit() && ones.is_ascii_digit() => {
            Some((tens - b'0') * 10 + ones - b'0')
        }
        _ => None,
    };
    // The symbols still needed from each position on, in set B and in set C; a switch costs one.
    let mut rest = vec![[0_u32; 2]; text.len() + 2];
    for at in (0..text.len()).rev() {
        let in_b = rest[at + 1][0] + 1;
        let in_c = pair(at).map_or(u32::MAX - 1, |_| rest[at + 2][1] + 1);
        rest[at] = [in_b.min(in_c + 1), in_c.min(in_b + 1)];
    }
    let mut compact = rest[0][1] < rest[0][0];
    let mut symbols = vec![if compact { START_C } else { START_B }];
    let mut at = 0;
    while at < text.len() {
        match pair(at) {
            Some(value) if compact && rest[at][1] == rest[at + 2][1] + 1 => {
                symbols.push(value);
                at += 2;
            }
            _ if !compact && rest[at][0] == rest[at + 1][0] + 1 => {
                symbols.push(text[at] - 32);
                at += 1;
            }
            _ => {
                symbols.push(if compact { TO_B } else { TO_C });
                compact = !compact;
            }
        }
    }
    Some(symbols)
}

/// Draws every other width of a pattern, and answers where it ends.
fn push_bars(path: &mut String, mut x: u32, pattern: u32, widths: u32) -> u32 {
    for place in (0..widths).rev() {
        let width = pattern / 10_u32.pow(place) % 10;
        if (widths - place) % 2 == 1 {
            push_run(path, x, 0, width, BAR_HEIGHT);
        }
        x += width;
    }
    x
}

fn push_run(path: &mut String, x: u32, y: u32, width: u32, height: u32) {
    for (command, number) in [("M", x), (" ", y), ("h", width), ("v", height), ("h-", width)] {
        path.push_str(command);
        path.push_str(&number.to_string());
    }
    path.push('z');
}

const TO_C: u8 = 99;
const TO_B: u8 = 100;
const START_B: u8 = 104;
const START_C: u8 = 105;
const STOP: u32 = 2_331_112;

/// Bar and gap widths of the symbols 0 to 105, one digit each (ISO/IEC 15417, table 1).
#[rustfmt::skip]
const PATTERNS: [u32; 106] = [
    212222, 222122, 222221, 121223, 121322, 131222, 122213, 122312, 132212, 221213, 221312, 231212, 112232, 122132,
    122231, 113222, 123122, 123221, 223211, 221132, 221231, 213212, 223112, 312131, 311222, 321122, 321221, 312212,
    322112, 322211, 212123, 212321, 232121, 111323, 131123, 131321, 112313, 132113, 132311, 211313, 231113, 231311,
    112133, 112331, 132131, 113123, 113321, 133121, 313121, 211331, 231131, 213113, 213311, 213131, 311123, 311321,
    331121, 312113, 312311, 332111, 314111, 221411, 431111, 111224, 111422, 121124, 121421, 141122, 141221, 112214,
    112412, 122114, 122411, 142112, 142211, 241211, 221114, 413111, 241112, 134111, 111242, 121142, 121241, 114212,
    124112, 124211, 411212, 421112, 421211, 212141, 214121, 412121, 111143, 111341, 131141, 114113, 114311, 411113,
    411311, 113141, 114131, 311141, 411131, 211412, 211214, 211232,
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The runs of a path: x, y, width, height.
    fn runs(path: &str) -> Vec<[u32; 4]> {
        let run = |run: &str| {
            let numbers: Vec<u32> =
                run.split([' ', 'h', 'v']).map(|n| n.trim_matches('-').parse().unwrap()).collect();
            assert_eq!(numbers[2], numbers[4]);
            [numbers[0], numbers[1], numbers[2], numbers[3]]
        };
        path.split('z')
            .filter(|part| !part.is_empty())
            .map(|part| run(part.strip_prefix('M').unwrap()))
            .collect()
    }

    /// Reads a bar code as a scanner does: widths, symbols, checksum, text.
    fn decode128(path: &str, width: u32) -> (String, usize) {
        let mut row = vec![false; width as usize];
        for [x, y, w, h] in runs(path) {
            assert_eq!((y, h), (0, BAR_HEIGHT));
            row[x as usize..(x + w) as usize].fill(true);
        }
        let widths: Vec<u32> = row.chunk_by(|a, b| a == b).map(|chunk| chunk.len() as u32).collect();
        let number = |widths: &[u32]| widths.iter().fold(0, |number, width| number * 10 + width);
        assert_eq!(number(&widths[widths.len() - 7..]), 2_331_112);
        let symbols: Vec<usize> = widths[..widths.len() - 7]
            .chunks(6)
            .map(|chunk| PATTERNS.iter().position(|pattern| *pattern == number(chunk)).unwrap())
            .collect();
        let (check, data) = symbols.split_last().unwrap();
        let sum: usize = data[0] + data.iter().enumerate().map(|(at, symbol)| at * symbol).sum::<usize>();
        assert_eq!(sum % 103, *check);
        let mut compact = data[0] == 105;
        assert!(compact || data[0] == 104);
        let mut text = String::new();
        for symbol in &data[1..] {
            match (compact, symbol) {
                (true, 0..100) => text.push_str(&format!("{symbol:02}")),
                (true, 100) => compact = false,
                (false, 0..95) => text.push((*symbol as u8 + 32) as char),
                (false, 99) => compact = true,
                _ => panic!("symbol {symbol} in set {}", if compact { 'C' } else { 'B' }),
            }
        }
        (text, symbols.len())
    }

    #[test]
    fn patterns_are_sound() {
        for (at, pattern) in PATTERNS.iter().enumerate() {
            let widths: Vec<u32> = (0..6).map(|place| pattern / 10_u32.pow(place) % 10).collect();
            assert_eq!(widths.iter().sum::<u32>(), 11, "symbol {at}");
            assert_eq!((widths[1] + widths[3] + widths[5]) % 2, 0, "bars of symbol {at} are even");
            assert_eq!(PATTERNS.iter().filter(|other| *other == pattern).count(), 1);
        }
    }

    #[test]
    fn the_code_of_the_design_reference() {
        let (path, width) = code128_path("62380417741936").unwrap();
        assert_eq!(width, 112);
        assert!(path.starts_with("M0 0h2v30h-2zM3 0h1v30h-1zM6 0h3v30h-3zM11 0h4v30h-4z"), "{path}");
    }

    #[test]
    fn sets_are_chosen_for_the_shortest_code() {
        let length = |text: &str| symbols(text.as_bytes()).unwrap().len();
        assert_eq!(symbols(b"Wikipedia").unwrap()[0], START_B);
        assert_eq!(symbols(b"1234").unwrap(), [START_C, 12, 34]);
        assert_eq!(symbols(b"123").unwrap().len(), 4);
        assert_eq!(symbols(b"A1234").unwrap().len(), 5, "four digits at the end pay for one switch");
        assert_eq!(length("A1234B"), 7, "four in the middle do not pay for two");
        assert_eq!(length("A123456B"), 8, "six do");
        assert_eq!(length("12345"), 5);
    }

    #[test]
    fn known_checksums() {
        // PJJ123C is the worked example of the symbology's own article: checksum 54.
        let (path, width) = code128_path("PJJ123C").unwrap();
        assert_eq!(width, 11 * 9 + 13);
        let last = runs(&path).into_iter().map(|[x, _, w, _]| (x, w)).filter(|(x, _)| (88..99).contains(x));
        assert_eq!(last.collect::<Vec<_>>(), [(88, 3), (92, 1), (96, 2)], "311123 is symbol 54");
    }

    #[test]
    fn what_neither_code_holds() {
        let long = "1".repeat(65);
        for text in ["", "会员", "tab\t", "caf\u{e9}", long.as_str()] {
            assert_eq!(code128_path(text), None, "{text}");
        }
        assert_eq!(qr_path(""), None);
        assert_eq!(qr_path(&"x".repeat(10_000)), None);
    }

    #[test]
    fn qr_of_a_member_code() {
        let (path, size) = qr_path("6238041774193625").unwrap();
        assert_eq!(size, 21);
        assert!(path.starts_with("M0 0h7v1h-7z"));
    }

    proptest! {
        #[test]
        fn bar_codes_read_back(text in "[ -~]{1,40}", digits in "[0-9]{1,40}", mixed in "[0-9A-C]{1,40}") {
            for text in [text, digits, mixed] {
                let (path, width) = code128_path(&text).unwrap();
                let (read, symbols) = decode128(&path, width);
                prop_assert_eq!(width as usize, symbols * 11 + 13);
                prop_assert!(symbols <= text.len() + 2);
                prop_assert_eq!(read, text);
            }
        }

        #[test]
        fn qr_is_the_matrix(text in "\\PC{1,60}") {
            let (path, size) = qr_path(&text).unwrap();
            let code = QRBuilder::new(text.as_str()).ecl(ECL::M).build().unwrap();
            prop_assert_eq!(size as usize, code.size);
            let mut drawn = vec![false; (size * size) as usize];
            for [x, y, width, height] in runs(&path) {
                prop_assert_eq!(height, 1);
                for column in x..x + width {
                    drawn[(y * size + column) as usize] = true;
                }
            }
            for (at, dark) in drawn.iter().enumerate() {
                prop_assert_eq!(*dark, code[at / code.size][at % code.size].value());
            }
        }
    }
}
