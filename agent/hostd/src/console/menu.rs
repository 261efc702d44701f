//! What the keys do: from the screen to the settings that were kept before, or to the end of a trial, and
//! back. Nothing happens without a whole word and Enter; every other way leads back to the screen.

use host_api::{Former, NotNow, Request, Response, SettingsSource, State, Status};

use super::keys::Key;

/// The words that are typed, in every language: a console may have Latin letters alone.
pub const RESTORE: &str = "restore";
/// Likewise.
pub const END: &str = "end";

/// Most letters of what is typed.
const MOST_TYPED: usize = 16;

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Menu {
    /// The box as it is.
    Screen,
    /// What was kept before.
    List(List),
    /// One of them, and the word to be typed.
    Chosen {
        /// Among these.
        list: List,
        /// Which.
        at: usize,
        /// The word.
        word: Word,
    },
    /// The end of a trial, and the word to be typed.
    End(Word),
    /// The agent is at it.
    Waiting,
    /// How it went; any key leads on.
    Said(Said),
}

/// What was kept before, without what is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// SHA-256 of the settings in force.
    pub now: String,
    /// The last one first.
    pub former: Vec<Former>,
}

/// A word on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// What was typed by now.
    pub typed: String,
    /// Another word was typed before.
    pub wrong: bool,
}

/// How it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Former settings are in force.
    Restored,
    /// The trial is over.
    Ended,
    /// A trial goes on.
    Trial,
    /// None does.
    NoTrial,
    /// The settings are others than those that were looked at.
    Stale,
    /// These ports would have no card.
    Cards(String),
    /// This version does not accept the settings: the first reason.
    Refused(String),
    /// The present settings stand: the code of why.
    Failed(String),
    /// The agent does not answer.
    Away,
}

impl Menu {
    /// What a key leads to; a request is to be asked, and its answer given to [`Menu::answered`].
    pub fn key(&mut self, key: Key, may: May, language: &str) -> Option<Request> {
        let (next, request) = match (std::mem::replace(self, Self::Screen), key) {
            (Self::Screen, Key::Letter('f')) if may.go_back => {
                let language = language.to_owned();
                (Self::Waiting, Some(Request::Former { language }))
            }
            (Self::Screen, Key::Letter('t')) if may.end_trial => (Self::End(Word::default()), None),
            (Self::Waiting, _) => (Self::Waiting, None),
            (Self::Screen | Self::Said(_), _) | (_, Key::Escape) => (Self::Screen, None),
            // There is nothing to choose.
            (Self::List(list), _) if list.former.is_empty() => (Self::Screen, None),
            (Self::List(list), key) => (chosen(list, key), None),
            (Self::Chosen { list, at, mut word }, key) => match word.key(key, RESTORE) {
                true => {
                    let document = list.former.get(at).map(|former| former.document.clone());
                    let base = list.now;
                    let request = document.map(|document| Request::GoBack { document, base });
                    (Self::Waiting, request)
                }
                false => (Self::Chosen { list, at, word }, None),
            },
            (Self::End(mut word), key) => match word.key(key, END) {
                true => (Self::Waiting, Some(Request::End)),
                false => (Self::End(word), None),
            },
        };
        *self = next;
        request
    }

    /// What the agent's answer to a request leads to.
    pub fn answered(&mut self, request: &Request, answer: Option<Response>) {
        *self = Self::Said(match (request, answer) {
            (_, Some(Response::Former { now, mut former })) => {
                former.retain(|one| !one.in_force);
                *self = Self::List(List { now, former });
                return;
            }
            (Request::End, Some(Response::Accepted)) => Said::Ended,
            (_, Some(Response::Accepted)) => Said::Restored,
            (_, Some(Response::NotNow(NotNow::Trial))) => Said::Trial,
            (_, Some(Response::NotNow(NotNow::NoTrial))) => Said::NoTrial,
            (_, Some(Response::NotNow(_))) => Said::Stale,
            (_, Some(Response::Refused { problems })) => {
                Said::Refused(problems.into_iter().next().map(|it| it.text).unwrap_or_default())
            }
            (_, Some(Response::Failed(failure))) if failure.code == "cards_missing" => {
                Said::Cards(failure.detail)
            }
            (_, Some(Response::Failed(failure))) => Said::Failed(failure.code),
            (_, Some(_) | None) => Said::Away,
        });
    }
}

/// What the keys may do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct May {
    /// There are settings of an admin in force.
    pub go_back: bool,
    /// A trial goes on.
    pub end_trial: bool,
}

impl May {
    /// By how the box is.
    pub fn of(status: &Status) -> Self {
        Self {
            go_back: status.settings != SettingsSource::Factory && status.state != State::Starting,
            end_trial: status.notices.iter().any(|notice| notice.code == "trial_running"),
        }
    }
}

fn chosen(list: List, key: Key) -> Menu {
    let number = match key {
        Key::Letter(digit) => digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()),
        _ => None,
    };
    let at = number.and_then(|number| number.checked_sub(1)).filter(|at| *at < list.former.len());
    match at {
        Some(at) => Menu::Chosen { list, at, word: Word::default() },
        None => Menu::List(list),
    }
}

impl Word {
    /// Whether the key ends the right word.
    fn key(&mut self, key: Key, right: &str) -> bool {
        match key {
            Key::Letter(letter) if self.typed.len() < MOST_TYPED => self.typed.push(letter),
            Key::Back => drop(self.typed.pop()),
            Key::Enter if self.typed == right => return true,
            Key::Enter => *self = Self { typed: String::new(), wrong: true },
            Key::Letter(_) | Key::Escape => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use host_api::{Author, Failure};

    use super::*;

    const MAY: May = May { go_back: true, end_trial: true };

    fn former(document: &str, in_force: bool) -> Former {
        Former {
            document: document.to_owned(),
            at: Some("2026-11-29 14:05:09".to_owned()),
            by: Author::Admin("王琳".to_owned()),
            reason: String::new(),
            in_force,
            changes: 2,
            first: None,
        }
    }

    fn typed(menu: &mut Menu, text: &str) -> Vec<Request> {
        let key = |letter| match letter {
            '\n' => Key::Enter,
            '<' => Key::Back,
            '!' => Key::Escape,
            letter => Key::Letter(letter),
        };
        text.chars().filter_map(|letter| menu.key(key(letter), MAY, "en")).collect()
    }

    fn list() -> Menu {
        let mut menu = Menu::Screen;
        let asked = typed(&mut menu, "f");
        assert_eq!(asked, [Request::Former { language: "en".to_owned() }]);
        let former = ["a", "now", "b"].map(|name| former(name, name == "now")).into();
        menu.answered(&asked[0], Some(Response::Former { now: "now".to_owned(), former }));
        menu
    }

    #[test]
    fn a_whole_word_goes_back_to_what_was_chosen() {
        let mut menu = list();
        let asked = typed(&mut menu, "2restore\n");
        let (document, base) = ("b".to_owned(), "now".to_owned());
        assert_eq!(asked, [Request::GoBack { document, base }]);
        assert_eq!(menu, Menu::Waiting);
        assert_eq!(typed(&mut menu, "restore\n"), []);
        menu.answered(&asked[0], Some(Response::Accepted));
        assert_eq!(menu, Menu::Said(Said::Restored));
        assert_eq!((typed(&mut menu, "x"), menu), (vec![], Menu::Screen));
    }

    #[test]
    fn nothing_else_does() {
        for keys in [
            "\n",
            "0",
            "3",
            "9",
            "1\n",
            "1restor\n",
            "1restored\n",
            "1end\n",
            "1restore!\n",
            "1restore<\n",
            "1!1restore\n",
            "restore\n",
            "1restorerestore\n",
        ] {
            let mut menu = list();
            assert_eq!(typed(&mut menu, keys), [], "{keys:?}");
        }
        // Whoever types a name and a password at a login that is not there.
        for keys in ["root\nid\n", "restore\n", "1restore\n", "end\n", "\n\n\n"] {
            let mut menu = Menu::Screen;
            let asked = typed(&mut menu, keys);
            assert!(!asked.iter().any(|it| matches!(it, Request::GoBack { .. } | Request::End)));
        }
    }

    #[test]
    fn a_wrong_word_is_told_and_can_be_typed_again() {
        let mut menu = list();
        typed(&mut menu, "1restart\n");
        let Menu::Chosen { word, .. } = &menu else { panic!("{menu:?}") };
        assert_eq!(*word, Word { typed: String::new(), wrong: true });
        assert_eq!(typed(&mut menu, "restorx<e\n").len(), 1);
    }

    #[test]
    fn a_trial_is_ended_by_a_word_and_only_while_there_is_one() {
        let mut menu = Menu::Screen;
        assert_eq!(typed(&mut menu, "tend\n"), [Request::End]);
        menu.answered(&Request::End, Some(Response::NotNow(NotNow::NoTrial)));
        assert_eq!(menu, Menu::Said(Said::NoTrial));
        let mut menu = Menu::Screen;
        let none = May { go_back: false, end_trial: false };
        for letter in ['t', 'f'] {
            assert_eq!((menu.key(Key::Letter(letter), none, "en"), &menu), (None, &Menu::Screen));
        }
    }

    #[test]
    fn what_stands_in_the_way_is_told() {
        let go = Request::GoBack { document: String::new(), base: String::new() };
        let failed = |code: &str| {
            Response::Failed(Failure { code: code.to_owned(), detail: "lan-1".to_owned() })
        };
        for (answer, said) in [
            (Some(Response::NotNow(NotNow::Trial)), Said::Trial),
            (Some(Response::NotNow(NotNow::Stale)), Said::Stale),
            (Some(failed("cards_missing")), Said::Cards("lan-1".to_owned())),
            (Some(failed("links_failed")), Said::Failed("links_failed".to_owned())),
            (None, Said::Away),
        ] {
            let mut menu = Menu::Waiting;
            menu.answered(&go, answer);
            assert_eq!(menu, Menu::Said(said));
        }
    }
}
