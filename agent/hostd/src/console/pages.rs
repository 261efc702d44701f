//! The pages behind the screen, as text: what was kept before, one of them with what it would do, and how it
//! went.

use host_api::{Author, Former, texts};

use super::menu::{END, List, Menu, RESTORE, Said, Word};
use super::screen::{Look, Screen, WIDTH};

/// The page; none for the screen itself.
pub fn text(menu: &Menu, look: Look, language: &str) -> Option<String> {
    let mut page = Screen::new(look, language);
    match menu {
        Menu::Screen => return None,
        Menu::List(list) => page.list(list),
        Menu::Chosen { list, at, word } => page.chosen(list.former.get(*at)?, word),
        Menu::End(word) => {
            page.line("console_end", &[]);
            page.gap();
            page.word("console_end_word", END, word);
        }
        Menu::Waiting => page.line("console_waiting", &[]),
        Menu::Said(said) => page.said(said),
    }
    Some(page.out)
}

impl Screen {
    fn list(&mut self, list: &List) {
        if list.former.is_empty() {
            self.line("console_none", &[]);
            self.gap();
            self.line("console_any_key", &[]);
            return;
        }
        self.line("console_list", &[]);
        self.gap();
        for (at, former) in list.former.iter().enumerate() {
            let one = self.one(former);
            self.put_cut(&format!("  {}  {one}", at + 1));
        }
        self.gap();
        self.line("console_choose", &[]);
    }

    fn chosen(&mut self, former: &Former, word: &Word) {
        let one = self.one(former);
        self.put_cut(&one);
        self.gap();
        let first = former.first.as_deref().unwrap_or("-");
        match former.changes {
            0 => self.line("console_does_unknown", &[]),
            1 => self.line("console_does_one", &[("first", first)]),
            count => {
                let count = count.to_string();
                self.line("console_does", &[("count", &count), ("first", first)]);
            }
        }
        self.gap();
        self.word("console_restore_word", RESTORE, word);
    }

    /// When, who and what for, on one line.
    fn one(&self, former: &Former) -> String {
        let at = former.at.clone().unwrap_or_else(|| self.text("console_time_unknown"));
        let by = match &former.by {
            Author::Unknown => self.text("console_by_unknown"),
            Author::SetUp => self.text("console_by_set_up"),
            Author::Console => self.text("console_by_console"),
            Author::Admin(name) => name.clone(),
        };
        format!("{at}  {by}  {}", former.reason).trim_end().to_owned()
    }

    fn word(&mut self, code: &str, right: &str, word: &Word) {
        if word.wrong {
            self.line("console_wrong_word", &[]);
        }
        self.line(code, &[("word", &right.to_uppercase())]);
        self.put(&format!("> {}_", word.typed.to_uppercase()));
    }

    fn said(&mut self, said: &Said) {
        match said {
            Said::Restored => self.line("console_restored", &[]),
            Said::Ended => self.line("console_ended", &[]),
            Said::Trial => self.line("console_trial", &[]),
            Said::NoTrial => self.line("console_no_trial", &[]),
            Said::Stale => self.line("console_stale", &[]),
            Said::Cards(ports) => self.line("cards_missing", &[("ports", ports)]),
            Said::Refused(reason) => self.line("console_refused", &[("reason", reason)]),
            Said::Failed(code) => {
                let reason = texts::text(self.language, code, &[].into());
                self.line("console_failed", &[("reason", &reason)]);
            }
            Said::Away => self.line("console_away", &[]),
        }
        self.gap();
        self.line("console_any_key", &[]);
    }

    /// One line, its end left out when it is too long.
    fn put_cut(&mut self, line: &str) {
        let cut: String = line.chars().take(WIDTH).collect();
        self.put(&cut);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn former(by: Author, reason: &str) -> Former {
        Former {
            document: "a".repeat(64),
            at: Some("2026-11-29 14:05:09".to_owned()),
            by,
            reason: reason.to_owned(),
            in_force: false,
            changes: 3,
            first: Some("Zone guest is gone.".to_owned()),
        }
    }

    fn page(menu: &Menu, look: Look) -> String {
        text(menu, look, "zh-CN").unwrap()
    }

    fn list() -> List {
        let hostile = "\u{1b}[2J\r\n".repeat(40);
        let former = vec![
            former(Author::Admin("王琳".to_owned()), "打印机换了位置"),
            former(Author::Console, ""),
            Former { at: None, ..former(Author::Unknown, &hostile) },
        ];
        List { now: "b".repeat(64), former }
    }

    #[test]
    fn tells_when_who_and_what_for() {
        let shown = page(&Menu::List(list()), Look::Serial);
        assert!(shown.contains("1  2026-11-29 14:05:09  王琳  打印机换了位置"), "{shown}");
        assert!(shown.contains("2  2026-11-29 14:05:09  控制台"), "{shown}");
        let shown = page(&Menu::List(list()), Look::Screen);
        assert!(shown.contains("2  2026-11-29 14:05:09  the console"), "{shown}");
    }

    #[test]
    fn tells_what_it_would_do_and_which_word_does_it() {
        let word = Word { typed: "resto".to_owned(), wrong: true };
        let shown = page(&Menu::Chosen { list: list(), at: 0, word }, Look::Screen);
        for part in ["3 things", "Zone guest is gone.", "RESTORE", "> RESTO_", "another word"] {
            assert!(shown.contains(part), "{part} is not in\n{shown}");
        }
    }

    #[test]
    fn every_page_is_whole_in_both_languages_and_steers_no_terminal() {
        let said = [
            Said::Restored,
            Said::Ended,
            Said::Trial,
            Said::NoTrial,
            Said::Stale,
            Said::Cards("lan-1\u{1b}[2J".to_owned()),
            Said::Refused("\u{7}".to_owned()),
            Said::Failed("links_failed".to_owned()),
            Said::Away,
        ];
        let none = List { now: String::new(), former: Vec::new() };
        let pages =
            [Menu::List(list()), Menu::List(none), Menu::End(Word::default()), Menu::Waiting]
                .into_iter()
                .chain((0..3).map(|at| Menu::Chosen { list: list(), at, word: Word::default() }))
                .chain(said.map(Menu::Said));
        for menu in pages {
            for look in [Look::Screen, Look::Serial] {
                let shown = page(&menu, look);
                assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
                assert!(!shown.contains("console_") && !shown.contains("gatehouse:"), "{shown}");
                assert!(look == Look::Serial || shown.is_ascii(), "{shown}");
            }
        }
    }
}
