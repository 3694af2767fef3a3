use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};

/// Text longer than this is not made: a pattern can ask for any length.
const MAX_LENGTH: usize = 64 * 1024;
/// What a repetition without an upper bound is repeated at most beyond its lower one, to reach a length.
const MAX_EXTRA: u32 = 512;

/// Whether the pattern is found in the text. A pattern that this library's engine doesn't know (look-around) is not.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
}

/// Text of the length that the pattern matches.
pub(super) fn sample(pattern: &str, least: usize, most: usize, variant: usize) -> Option<String> {
    let hir = regex_syntax::Parser::new().parse(pattern).ok()?;
    let regex = Regex::new(pattern).ok()?;
    let mut extra = 0;
    while extra <= MAX_EXTRA {
        let mut maker = Maker { text: String::new(), extra, variant };
        maker.add(&hir)?;
        let length = maker.text.chars().count();
        if length >= least && length <= most && regex.is_match(&maker.text) {
            return Some(maker.text);
        }
        extra += 1 + extra / 64;
        // Once nothing grows, only padding helps: a pattern is not anchored unless it says so.
        if length < least {
            let padded: String = maker.text.chars().chain(std::iter::repeat('x')).take(least).collect();
            if least <= most && regex.is_match(&padded) {
                return Some(padded);
            }
        }
    }
    None
}

struct Maker {
    text: String,
    extra: u32,
    variant: usize,
}

impl Maker {
    fn add(&mut self, hir: &Hir) -> Option<()> {
        if self.text.len() > MAX_LENGTH {
            return None;
        }
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.push_str(std::str::from_utf8(&literal.0).ok()?),
            HirKind::Class(class) => {
                let character = pick(class, self.variant + self.text.len())?;
                self.text.push(character);
            }
            HirKind::Capture(capture) => self.add(&capture.sub)?,
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.add(part))?,
            HirKind::Alternation(branches) => {
                let branch = branches.get(self.variant % branches.len().max(1))?;
                self.add(branch)?;
            }
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(u32::MAX);
                let times = repetition.min.saturating_add(self.extra).min(most);
                for _ in 0..times {
                    self.add(&repetition.sub)?;
                }
            }
        }
        Some(())
    }
}

/// A letter or digit of the class where it has one, another from place to place.
fn pick(class: &Class, at: usize) -> Option<char> {
    const LIKED: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let has = |wanted: char| match class {
        Class::Unicode(class) => class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&wanted)),
        Class::Bytes(class) => class
            .ranges()
            .iter()
            .any(|range| u8::try_from(wanted).is_ok_and(|wanted| (range.start()..=range.end()).contains(&wanted))),
    };
    let liked: Vec<_> = LIKED.chars().filter(|character| has(*character)).collect();
    match liked.as_slice() {
        [] => match class {
            Class::Unicode(class) => class.ranges().first().map(|range| range.start()),
            Class::Bytes(class) => class.ranges().first().map(|range| char::from(range.start())),
        },
        liked => liked.get(at % liked.len()).copied(),
    }
}
