//! Chinese text by its sound: 张三明 is found by `zhangsanming`, `zsm`, `zhangsm`, `sanming`.
//!
//! A text is written as its syllables one after the other, the first byte of each marked by its
//! top bit. One walk over these bytes then serves whole pinyin, initials and any mixture of both,
//! and a match can only begin where a syllable begins: `ang` does not find 张.

use pinyin::{ToPinyin, ToPinyinMulti};

use crate::fold::fold;

/// Top bit: here a syllable begins.
pub(crate) const START: u8 = 0x80;
/// A text is written with at most this many different readings of its characters.
const READINGS: usize = 8;
/// Longer texts are written up to here; nobody types more of a name.
const MOST_CHARS: usize = 200;

/// Surnames whose reading as a surname is not the usual one of the character.
const SURNAMES: &[(char, &str)] = &[
    ('单', "shan4"),
    ('曾', "zeng1"),
    ('仇', "qiu2"),
    ('解', "xie4"),
    ('区', "ou1"),
    ('查', "zha1"),
    ('任', "ren2"),
    ('华', "hua4"),
    ('朴', "piao2"),
    ('翟', "zhai2"),
    ('盖', "ge3"),
    ('缪', "miao4"),
    ('乐', "yue4"),
    ('种', "chong2"),
    ('冼', "xian3"),
    ('燕', "yan1"),
    ('覃', "qin2"),
    ('宁', "ning4"),
    ('曲', "qu1"),
    ('尹', "yin3"),
    ('秘', "bi4"),
    ('哈', "ha3"),
    ('纪', "ji3"),
    ('過', "guo1"),
    ('單', "shan4"),
    ('區', "ou1"),
    ('樂', "yue4"),
    ('繆', "miao4"),
];

/// Syllable with its tone (`zhang1`) of a character at `place` of a text; `None` if it has none.
pub(crate) fn syllable(c: char, first_of_name: bool) -> Option<&'static str> {
    if first_of_name && let Some((_, reading)) = SURNAMES.iter().find(|(name, _)| *name == c) {
        return Some(reading);
    }
    c.to_pinyin().map(pinyin::Pinyin::with_tone_num_end)
}

/// Writes the sound of `text`. Empty if it has no Chinese character.
pub(crate) fn encode(text: &str, is_name: bool) -> Vec<u8> {
    let units = units(text, is_name);
    if !units.iter().any(|unit| unit.chinese) {
        return Vec::new();
    }
    let mut written: Vec<Vec<u8>> = vec![Vec::new()];
    for unit in units {
        let room = READINGS / written.len();
        let readings: Vec<Vec<u8>> = unit.readings.into_iter().take(room.max(1)).collect();
        written = written
            .iter()
            .flat_map(|before| readings.iter().map(|new| [before.as_slice(), new].concat()))
            .collect();
    }
    written.join(&b' ')
}

/// One syllable, or one run of Latin letters and digits.
struct Unit {
    readings: Vec<Vec<u8>>,
    chinese: bool,
}

fn units(text: &str, is_name: bool) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut run: Vec<u8> = Vec::new();
    for (at, c) in text.chars().take(MOST_CHARS).enumerate() {
        if let Some(all) = c.to_pinyin_multi() {
            end_run(&mut units, &mut run);
            let mut readings: Vec<Vec<u8>> = Vec::new();
            let surname = syllable(c, is_name && at == 0).map(without_tone);
            for sound in surname.into_iter().chain(all.into_iter().map(|p| p.plain().to_owned())) {
                for spelling in spellings(&sound) {
                    if !readings.contains(&spelling) {
                        readings.push(spelling);
                    }
                }
            }
            units.push(Unit { readings, chinese: true });
            continue;
        }
        for folded in fold(c.encode_utf8(&mut [0; 4])).bytes() {
            if folded.is_ascii_alphanumeric() {
                run.push(folded);
            } else {
                end_run(&mut units, &mut run);
            }
        }
    }
    end_run(&mut units, &mut run);
    units
}

fn end_run(units: &mut Vec<Unit>, run: &mut Vec<u8>) {
    if !run.is_empty() {
        units.push(Unit { readings: vec![marked(run)], chinese: false });
        run.clear();
    }
}

fn without_tone(reading: &'static str) -> String {
    reading.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
}

/// `ü` is typed as `v` or, by most, as `u`.
fn spellings(sound: &str) -> Vec<Vec<u8>> {
    if !sound.contains('ü') {
        return ascii_marked(sound).into_iter().collect();
    }
    ["v", "u"].iter().filter_map(|typed| ascii_marked(&sound.replace('ü', typed))).collect()
}

fn ascii_marked(sound: &str) -> Option<Vec<u8>> {
    let plain = fold(sound);
    (!plain.is_empty() && plain.is_ascii()).then(|| marked(plain.as_bytes()))
}

fn marked(letters: &[u8]) -> Vec<u8> {
    let mut syllable = letters.to_vec();
    if let Some(first) = syllable.first_mut() {
        *first |= START;
    }
    syllable
}

/// A typed word as it can be looked for by sound; `None` if it is none (`张`, `a-b`).
pub(crate) fn needle(folded: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = folded.bytes().filter(|b| *b != b'\'').collect();
    (!letters.is_empty() && letters.iter().all(u8::is_ascii_alphanumeric)).then_some(letters)
}

/// Does `sound` hold `needle` from the start of some syllable on? Each letter either goes on in
/// its syllable or begins the next one.
pub(crate) fn holds(sound: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return false };
    memchr::memchr_iter(first | START, sound).any(|at| follows(sound, at, rest))
}

fn follows(sound: &[u8], at: usize, rest: &[u8]) -> bool {
    // All places where the letters so far may have ended. Few: a branch needs a syllable whose
    // next letter is the next syllable's first.
    let mut places = vec![at];
    let mut next = Vec::new();
    for letter in rest {
        next.clear();
        for place in &places {
            if sound.get(place + 1) == Some(letter) {
                next.push(place + 1);
            }
            let jump = sound.get(place + 1..).and_then(next_start).map(|skip| place + 1 + skip);
            if let Some(jump) = jump
                && sound.get(jump) == Some(&(letter | START))
                && !next.contains(&jump)
            {
                next.push(jump);
            }
        }
        if next.is_empty() {
            return false;
        }
        std::mem::swap(&mut places, &mut next);
    }
    true
}

/// Distance to the next syllable of the same reading.
fn next_start(rest: &[u8]) -> Option<usize> {
    let at = rest.iter().position(|b| *b & START != 0 || *b == b' ')?;
    (rest.get(at) != Some(&b' ')).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, typed: &str) -> bool {
        needle(&fold(typed)).is_some_and(|needle| holds(&encode(text, true), &needle))
    }

    #[test]
    fn a_name_is_found_by_sound_initials_and_a_mixture() {
        for typed in
            ["zhangsanming", "zsm", "zhangsm", "zsanming", "zhsm", "sanming", "sm", "ZSM", "zhang"]
        {
            assert!(found("张三明", typed), "{typed}");
        }
    }

    #[test]
    fn a_match_begins_with_a_syllable_and_skips_none() {
        for typed in ["ang", "hang", "zm", "zsmx", "anming", "zhangming"] {
            assert!(!found("张三明", typed), "{typed}");
        }
    }

    #[test]
    fn surnames_and_characters_of_several_readings() {
        assert!(found("单田芳", "shan"));
        assert!(found("曾国藩", "zeng"));
        assert!(found("重庆火锅", "chongqing"));
        assert!(found("重庆火锅", "cqhg"));
        assert!(found("吕布", "lvbu"));
        assert!(found("吕布", "lubu"));
        assert!(found("西安", "xian"));
        assert!(found("西安", "xi'an"));
        assert!(found("北京ABC公司", "beijingabcgongsi"));
        assert!(found("北京ABC公司", "bjagongsi"));
    }

    #[test]
    fn latin_text_has_no_sound_of_its_own() {
        assert!(encode("Smith & Sons", false).is_empty());
        assert!(needle("张").is_none());
        assert!(needle("").is_none());
    }

    #[test]
    fn a_hostile_text_costs_little() {
        let text = "哈".repeat(200);
        let typed = "ha".repeat(100);
        assert!(found(&text, &typed));
        assert!(!found(&text, &format!("{typed}z")));
    }
}
