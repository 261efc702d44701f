//! Sequences that people count up or down, in Latin and Chinese, and other ways to write a guess; zxcvbn
//! knows figures and the Latin alphabet only.

use zeroize::Zeroizing;

/// In each, what follows and what precedes a character is foreseen; the last one is followed by the first.
const SEQUENCES: &[&str] = &[
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "一二三四五六七八九十",
    "零一二三四五六七八九",
    "〇一二三四五六七八九",
    "壹贰叁肆伍陆柒捌玖拾",
    "甲乙丙丁戊己庚辛壬癸",
    "子丑寅卯辰巳午未申酉戌亥",
    "鼠牛虎兔龙蛇马羊猴鸡狗猪",
    "赤橙黄绿青蓝紫",
    "东西南北中",
    "春夏秋冬",
    "金木水火土",
];

/// Numbers that are written out, each at the place of its figure.
const FIGURES: &[&str] = &["零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖", "十", "拾"];

/// Letters for which a figure or a sign is written.
const LEET: [(char, char); 8] = [
    ('4', 'a'),
    ('@', 'a'),
    ('3', 'e'),
    ('1', 'i'),
    ('0', 'o'),
    ('5', 's'),
    ('$', 's'),
    ('7', 't'),
];

/// How many characters neither repeat the one before nor stand beside it in a sequence. White space and
/// signs count for nothing.
pub(super) fn surprises(text: &str) -> usize {
    let mut before = None;
    let surprising = |c: &char| {
        let foreseen = before.is_some_and(|before| before == *c || are_neighbours(before, *c));
        before = Some(*c);
        !foreseen
    };
    text.chars().filter(|c| c.is_alphanumeric()).filter(surprising).count()
}

fn are_neighbours(one: char, other: char) -> bool {
    SEQUENCES.iter().any(|sequence| {
        let round = || sequence.chars().cycle().skip(1);
        let mut pairs = sequence.chars().zip(round());
        pairs.any(|pair| pair == (one, other) || pair == (other, one))
    })
}

/// The text with numbers in figures; none when there are no others.
pub(super) fn in_figures(text: &str) -> Option<Zeroizing<String>> {
    let figure = |c: char| {
        let at = FIGURES.iter().find_map(|written| written.chars().position(|other| other == c))?;
        char::from_digit(u32::try_from(at).ok()?, 10)
    };
    let figures: String = text.chars().map(|c| figure(c).unwrap_or(c)).collect();
    (figures != text).then(|| Zeroizing::new(figures))
}

/// The text with letters for the figures and signs that stand for them.
pub(super) fn unleet(text: &str) -> Zeroizing<String> {
    let letter = |c| LEET.iter().find(|(sign, _)| *sign == c).map_or(c, |(_, letter)| *letter);
    Zeroizing::new(text.chars().map(letter).collect())
}

/// The text without the years of our time, wherever they stand in a number.
pub(super) fn without_years(text: &str) -> Zeroizing<String> {
    let chars: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    let mut left = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = chars.as_slice();
    while let Some((first, after)) = rest.split_first() {
        if let ['1', '9', a, b, end @ ..] | ['2', '0', a, b, end @ ..] = rest
            && a.is_ascii_digit()
            && b.is_ascii_digit()
        {
            left.push(' ');
            rest = end;
        } else {
            left.push(*first);
            rest = after;
        }
    }
    left
}
