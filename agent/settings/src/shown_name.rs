//! What the pages call the places that have no label: zones of ours in the reader's language, others by the
//! name in the document.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use unicode_normalization::UnicodeNormalization;

use crate::message::ZONES;
use crate::{Label, Language, Settings, ZoneName};

/// Places that are no zone of the document.
const ELSEWHERE: [&str; 2] = ["box", "wan"];

/// What stands beside zones on the pages and is none, and what reads as such: all of them, the internet by
/// its port's name, the box.
const BESIDE: [&str; 66] = [
    "wan",
    "any",
    "all",
    "all zones",
    "any zone",
    "each zone",
    "every zone",
    "all networks",
    "everything",
    "everyone",
    "anyone",
    "anybody",
    "everybody",
    "nobody",
    "no one",
    "none",
    "zones",
    "networks",
    "nothing",
    "anything",
    "everyone else",
    "everybody else",
    "everything else",
    "no zone",
    "no zones",
    "box itself",
    "this box",
    "gatehouse",
    "router",
    "gateway",
    "firewall",
    "路由器",
    "网关",
    "防火墙",
    "谁都不",
    "谁也不",
    "谁都不能",
    "谁都可以",
    "任意",
    "任意分区",
    "任何",
    "任何分区",
    "任何人",
    "所有人",
    "没有人",
    "大家",
    "无",
    "公网",
    "因特网",
    "整个互联网",
    "其余分区",
    "别的分区",
    "任何地方",
    "这台盒子",
    "无人",
    "分区",
    "网络",
    "所有",
    "所有分区",
    "所有网络",
    "全部",
    "全部分区",
    "每个分区",
    "各分区",
    "本盒子",
    "外网",
];
/// Those of them that many a name has in it and that mean nothing there.
const IN_NAMES: [&str; 20] = [
    "wan",
    "any",
    "all",
    "none",
    "gatehouse",
    "router",
    "gateway",
    "firewall",
    "路由器",
    "网关",
    "防火墙",
    "networks",
    "everything",
    "anything",
    "nothing",
    "无",
    "网络",
    "全部",
    "所有",
    "大家",
];
/// What sentences put between places, and before what they leave out.
const JOINTS: [&str; 20] = [
    " and ",
    " or ",
    " nor ",
    " but ",
    " except ",
    " without ",
    " plus ",
    " only ",
    " to ",
    " from ",
    "以及",
    "或者",
    "除了",
    "以外",
    "之外",
    "和",
    "与",
    "或",
    "及",
    "跟",
];
/// What sentences put before a place.
const OTHERS: [&str; 12] = [
    "all ", "any ", "every ", "other ", "the ", "其他", "其它", "所有", "任何", "全部", "仅", "除",
];

/// Letters of Cyrillic and Greek that cannot be told from Latin ones (Unicode's confusables.txt).
const LOOKALIKES: [(&str, char); 13] = [
    ("аα", 'a'),
    ("в", 'b'),
    ("с", 'c'),
    ("еε", 'e'),
    ("н", 'h'),
    ("іι", 'i'),
    ("кκ", 'k'),
    ("м", 'm'),
    ("оο", 'o'),
    ("рρ", 'p'),
    ("ѕ", 's'),
    ("т", 't'),
    ("хχ", 'x'),
];

/// What the pages call a zone of ours without a label; none for one that somebody else named.
pub fn shown_name(zone: &str, language: Language) -> Option<&'static str> {
    ZONES.of(language).get(zone).filter(|_| !ELSEWHERE.contains(&zone)).map(String::as_str)
}

impl Settings {
    /// What people call a zone, where that is another name than in the document.
    pub fn label(&self, zone: &str) -> Option<&Label> {
        let found = self.zones.iter().find(|(name, _)| name.as_str() == zone);
        found.and_then(|(_, zone)| zone.label.as_ref())
    }

    /// The other place that is called so already, in either language, as far as people can tell names apart.
    pub(crate) fn called(&self, label: &str, but: &ZoneName) -> Option<Called> {
        let folded = folded(label);
        let is = |name: &str| single(&self::folded(name)) == single(&folded);
        let is_shown_as = |place: &str| shown(place).any(is);
        let is_elsewhere = ELSEWHERE.iter().any(|place| is_shown_as(place));
        if is_elsewhere || BESIDE.iter().any(|name| is(name)) || is_address(&folded) {
            return Some(Called::Elsewhere);
        }
        let parts = parts(&folded);
        let is_part = |name: &&str| parts.contains(single(&self::folded(name)));
        let beside = BESIDE.into_iter().filter(|name| !IN_NAMES.contains(name));
        let mut beside = ELSEWHERE.iter().flat_map(|place| shown(place)).chain(beside);
        let zones = self.zones.iter().filter(|(name, _)| *name != but);
        let mut names = zones.flat_map(|(name, zone)| {
            let label = zone.label.as_ref().map(Label::as_str);
            let mut names: Vec<&str> = label.into_iter().chain([name.as_str()]).collect();
            for shown in shown(name.as_str()).filter(|_| label.is_none()) {
                names.push(shown);
            }
            names
        });
        if let Some(part) = names.find(is_part).or_else(|| beside.find(is_part)) {
            return Some(Called::Part(part.to_owned()));
        }
        let mut others = self.zones.iter().filter(|(name, _)| *name != but);
        let other = others.find(|(name, zone)| {
            let shown = || zone.label.is_none() && is_shown_as(name.as_str());
            // Of two labels the second one is told.
            let labelled =
                zone.label.as_ref().is_some_and(|other| *name < but && is(other.as_str()));
            is(name.as_str()) || labelled || shown()
        });
        other.map(|(name, _)| Called::Zone(name.clone()))
    }
}

/// A name as people see it: without case, width and article, and with one letter for all that look alike.
fn folded(name: &str) -> String {
    let name: String = name.nfkc().collect::<String>().to_lowercase();
    let name = name.replace(['-', '_', '\u{2010}', '\u{2011}'], " ").replace('\u{2019}', "'");
    // Blanks between Chinese words, and a full stop, make nothing else of it.
    let words: Vec<&str> = name.split_whitespace().collect();
    let mut name = String::new();
    for word in words {
        let joins = |before: char, after: char| is_chinese(before) && is_chinese(after);
        let ends = name.chars().next_back().zip(word.chars().next());
        if ends.is_some_and(|(before, after)| !joins(before, after)) {
            name.push(' ');
        }
        name.push_str(word);
    }
    let name = name.trim_end_matches(['.', '。']);
    let name = name.strip_prefix("the ").unwrap_or(name);
    let alike = |letter: char| {
        let latin = LOOKALIKES.iter().find(|(all, _)| all.contains(letter));
        latin.map_or(letter, |(_, latin)| *latin)
    };
    name.chars().map(alike).collect()
}

fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// Where a name reads as several, or as one that something is said of: those, each without what leads to it.
fn parts(folded: &str) -> BTreeSet<String> {
    let mut all = format!(" {folded} ");
    for joint in JOINTS {
        all = all.replace(joint, ",");
    }
    let is_joint =
        |letter: char| !letter.is_alphanumeric() && !letter.is_whitespace() && letter != '\'';
    let pieces: Vec<&str> = all.split(is_joint).map(str::trim).collect();
    let bare = |mut piece: &str| {
        while let Some(rest) = OTHERS.iter().find_map(|first| piece.strip_prefix(first)) {
            piece = rest.trim_start();
        }
        piece.to_owned()
    };
    let bare: BTreeSet<String> = pieces.into_iter().map(bare).collect();
    let parts = bare.into_iter().filter(|piece| piece != folded && !piece.is_empty());
    parts.map(|part| single(&part).to_owned()).collect()
}

/// One and many of them are not told apart.
fn single(folded: &str) -> &str {
    folded.strip_suffix('s').filter(|rest| rest.len() > 2).unwrap_or(folded)
}

/// It reads as an address or a network, which sentences put beside places.
fn is_address(folded: &str) -> bool {
    folded.parse::<IpAddr>().is_ok() || folded.parse::<IpNet>().is_ok()
}

/// What the pages call a place, in every language.
fn shown(place: &str) -> impl Iterator<Item = &'static str> + use<> {
    let of = |language| ZONES.of(language).get(place).map(String::as_str);
    Language::ALL.map(of).into_iter().flatten()
}

/// Who has a name already.
pub(crate) enum Called {
    Zone(ZoneName),
    /// The internet, or the box itself.
    Elsewhere,
    /// A place of this name, as a part of the name.
    Part(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_one() {
        for name in ["Ｏｆｆｉｃｅ", "Оffice", "OFFICE", "The office", "οffiсe"] {
            assert_eq!(folded(name), "office", "{name}");
        }
        for name in ["Офис", "office 2", "Theo", "办公"] {
            assert_ne!(folded(name), "office", "{name}");
        }
    }

    #[test]
    fn both_languages_name_the_same_places() {
        let places = |language| ZONES.of(language).keys().cloned().collect::<Vec<_>>();
        assert_eq!(places(Language::English), places(Language::Chinese));
        assert!(ELSEWHERE.iter().all(|place| places(Language::English).contains(&(*place).into())));
        assert_eq!(shown_name("office", Language::Chinese), Some("办公"));
        assert_eq!(
            (shown_name("wan", Language::English), shown_name("x", Language::English)),
            (None, None)
        );
    }
}
