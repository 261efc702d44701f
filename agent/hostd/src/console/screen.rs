//! The screen as text, from the status alone. What comes from outside is shown without control
//! characters; the kernel's terminal gets plain ASCII in English.

use std::collections::BTreeMap;

use host_api::{State, Status, texts};
use settings::Language;

use super::menu::May;
use crate::status::machine_line;

/// Where it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A terminal of the kernel: plain ASCII.
    Screen,
    /// A serial line: the language of the settings, and a last line for programs.
    Serial,
}

/// Columns of a line.
pub(super) const WIDTH: usize = 78;

/// The whole screen.
pub fn text(status: &Status, look: Look) -> String {
    let mut screen = Screen::new(look, &status.language);
    screen.draw(status);
    screen.out
}

/// The language that is shown, by the tag of the settings'.
pub fn language(look: Look, tag: &str) -> Language {
    match look {
        Look::Screen => Language::English,
        Look::Serial => texts::language(tag),
    }
}

/// Text on its way to a terminal.
pub(super) struct Screen {
    pub(super) language: Language,
    look: Look,
    pub(super) out: String,
}

impl Screen {
    pub(super) fn new(look: Look, tag: &str) -> Self {
        Self { language: language(look, tag), look, out: String::new() }
    }

    fn draw(&mut self, status: &Status) {
        self.line("title", &[("version", &status.version)]);
        self.gap();
        match status.state {
            State::Starting => self.line("starting", &[]),
            // The box is ready when its rules are in force; the provider may come later.
            State::Ready if status.wan.as_ref().is_some_and(|wan| wan.addresses.is_empty()) => {
                self.line("ready_without_internet", &[]);
            }
            State::Ready => self.line("ready", &[]),
            State::Problem => self.line("problem", &[]),
        }
        self.notices(status);
        self.addresses(status);
        if let Some(code) = &status.setup_code {
            self.gap();
            self.line("setup_code", &[("code", code)]);
            if status.setup_tries > 0 {
                self.line("setup_tries", &[("count", &status.setup_tries.to_string())]);
            }
        }
        self.admin_page(status);
        self.ports(status);
        self.keys(status);
        if let (Look::Serial, Some(line)) = (self.look, machine_line(status)) {
            self.gap();
            self.put(&line);
        }
    }

    fn keys(&mut self, status: &Status) {
        let may = May::of(status);
        if may.go_back || may.end_trial {
            self.gap();
        }
        if may.go_back {
            self.line("console_key_former", &[]);
        }
        if may.end_trial {
            self.line("console_key_trial", &[]);
        }
    }

    fn notices(&mut self, status: &Status) {
        for notice in &status.notices {
            let text = texts::text(self.language, &notice.code, &notice.values);
            self.gap();
            self.wrapped(&text);
        }
    }

    fn addresses(&mut self, status: &Status) {
        if status.zones.is_empty() {
            return;
        }
        self.gap();
        self.line("zones", &[]);
        for zone in &status.zones {
            let addresses: Vec<String> = zone.addresses.iter().map(ToString::to_string).collect();
            self.put(&format!("  {:<12} {}", zone.name, addresses.join("  ")));
        }
        self.gap();
        self.line("internet", &[]);
        let (name, addresses) = match &status.wan {
            None => (self.text("no_wan"), String::new()),
            Some(wan) if wan.addresses.is_empty() => (wan.name.clone(), self.text("no_address")),
            Some(wan) => {
                let all: Vec<String> = wan.addresses.iter().map(ToString::to_string).collect();
                (wan.name.clone(), all.join("  "))
            }
        };
        self.put(format!("  {name:<12} {addresses}").trim_end());
        if status.settings == host_api::SettingsSource::Factory {
            self.gap();
            self.line("nothing_forwarded", &[]);
        }
    }

    /// Once there is a certificate authority there is a page to open with it.
    fn admin_page(&mut self, status: &Status) {
        let Some(fingerprint) = &status.ca_fingerprint else { return };
        self.gap();
        self.line(if status.set_up { "admin_page" } else { "setup_page" }, &[]);
        self.line("ca_fingerprint", &[]);
        let bytes: Vec<&str> = fingerprint.split(':').collect();
        for half in bytes.chunks(16) {
            self.put(&format!("  {}", half.join(":")));
        }
    }

    fn ports(&mut self, status: &Status) {
        // Cards are still being found.
        if status.state == State::Starting {
            return;
        }
        let unbound: Vec<&str> = status
            .ports
            .iter()
            .filter(|port| port.interface.is_none())
            .map(|port| port.name.as_str())
            .collect();
        if unbound.is_empty() && status.unknown.is_empty() {
            return;
        }
        self.gap();
        self.line("ports", &[]);
        for port in unbound {
            self.line("port_unbound", &[("port", port)]);
        }
        for port in &status.unknown {
            let (mac, path) = (port.mac.as_deref(), port.path.as_deref());
            let values = [
                ("interface", port.interface.as_str()),
                ("mac", mac.unwrap_or("-")),
                ("path", path.unwrap_or("-")),
            ];
            self.line("port_unknown", &values);
        }
    }

    pub(super) fn text(&self, code: &str) -> String {
        texts::text(self.language, code, &BTreeMap::new())
    }

    pub(super) fn line(&mut self, code: &str, values: &[(&str, &str)]) {
        let values = values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let text = texts::text(self.language, code, &values);
        self.wrapped(&text);
    }

    pub(super) fn gap(&mut self) {
        self.out.push('\n');
    }

    /// Words on as many lines as they need.
    fn wrapped(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.put(&line);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.put(&line);
    }

    pub(super) fn put(&mut self, line: &str) {
        let shown = line.chars().map(|c| match c {
            c if c.is_control() => '?',
            c if self.look == Look::Screen && !c.is_ascii() => '?',
            c => c,
        });
        self.out.extend(shown);
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use host_api::{Notice, PortStatus, SettingsSource, UnknownPort, WanStatus, ZoneStatus};

    use super::*;

    fn status() -> Status {
        Status {
            version: "0.1.0".to_owned(),
            state: State::Ready,
            language: "zh-CN".to_owned(),
            settings: SettingsSource::Confirmed,
            ruleset: Some("0123456789abcdef".repeat(4)),
            notices: Vec::new(),
            zones: vec![ZoneStatus {
                name: "office".to_owned(),
                addresses: vec!["192.168.10.1/24".parse().unwrap(), "fd01::1/64".parse().unwrap()],
            }],
            wan: Some(WanStatus {
                name: "fibre".to_owned(),
                interface: "eth0".to_owned(),
                addresses: Vec::new(),
            }),
            ports: vec![PortStatus {
                name: "trunk".to_owned(),
                interface: None,
                mac: None,
                linked: false,
            }],
            unknown: Vec::new(),
            setup_code: Some("7F3K-92QD-XM4T".to_owned()),
            setup_tries: 0,
            clock_set: true,
            stopped: false,
            set_up: false,
            ca_fingerprint: None,
        }
    }

    #[test]
    fn shows_what_a_person_needs_in_plain_ascii() {
        let screen = text(&status(), Look::Screen);
        for part in [
            "Gatehouse 0.1.0",
            "Ready. The provider",
            "fibre",
            "192.168.10.1/24  fd01::1/64",
            "Setup code: 7F3K-92QD-XM4T",
            "no address yet",
            "Port trunk",
        ] {
            assert!(screen.contains(part), "{part} is not in\n{screen}");
        }
        assert!(screen.bytes().all(|b| b == b'\n' || (0x20..0x7f).contains(&b)));
        assert!(!screen.contains("gatehouse:") && !screen.contains("https://"));
    }

    #[test]
    fn the_serial_line_speaks_the_settings_language_and_ends_with_the_line_for_programs() {
        let screen = text(&status(), Look::Serial);
        assert!(screen.contains("设置码：7F3K-92QD-XM4T"));
        let last = screen.lines().last().unwrap();
        assert_eq!(last, "gatehouse: ready version=0.1.0 ruleset=0123456789ab settings=confirmed");
    }

    #[test]
    fn wrong_setup_codes_are_counted_where_the_code_is_shown() {
        let mut status = status();
        assert!(!text(&status, Look::Screen).contains("Wrong"));
        status.setup_tries = 17;
        assert!(text(&status, Look::Screen).contains("Wrong setup codes so far: 17"));
        status.setup_code = None;
        assert!(!text(&status, Look::Screen).contains("Wrong"));
    }

    #[test]
    fn the_fingerprint_can_be_compared_with_the_browsers() {
        let fingerprint = vec!["AB"; 32].join(":");
        let mut status = status();
        status.ca_fingerprint = Some(fingerprint.clone());
        for look in [Look::Screen, Look::Serial] {
            let screen = text(&status, look);
            let shown: String = screen.split_whitespace().collect::<Vec<_>>().join(":");
            assert!(shown.contains(&fingerprint), "{screen}");
            assert!(
                screen
                    .lines()
                    .all(|line| line.chars().count() <= WIDTH || line.contains("gatehouse:"))
            );
            assert!(screen.contains("https://gatehouse.internal"));
        }
        status.setup_code = None;
        status.set_up = true;
        let screen = text(&status, Look::Screen);
        assert!(screen.contains("Set up.") && !screen.contains("Setup code"), "{screen}");
    }

    #[test]
    fn cards_are_missed_only_once_they_had_time_to_come() {
        let mut status = status();
        assert!(text(&status, Look::Screen).contains("Port trunk"));
        status.state = State::Starting;
        assert!(!text(&status, Look::Screen).contains("trunk"));
    }

    #[test]
    fn a_box_that_starts_never_says_ready() {
        let mut starting = crate::status::starting();
        starting.setup_code = status().setup_code;
        for look in [Look::Screen, Look::Serial] {
            assert!(!text(&starting, look).to_lowercase().contains("ready"));
        }
        starting.state = State::Problem;
        starting.notices.push(Notice::new("no_ports", []));
        let screen = text(&starting, Look::Serial);
        assert_eq!(screen.lines().last().unwrap(), "gatehouse: problem code=no_ports");
        assert!(!screen.to_lowercase().contains("ready"));
    }

    #[test]
    fn nothing_from_outside_can_steer_the_terminal() {
        let mut hostile = status();
        hostile.unknown.push(UnknownPort {
            interface: "\u{1b}[2J\u{9b}1m\u{7}eth\r\n9".to_owned(),
            mac: None,
            path: Some("\u{202e}x".to_owned()),
            linked: false,
        });
        hostile
            .notices
            .push(Notice::new("setup_unreadable", [("reason", "\u{1b}]0;x\u{7}".to_owned())]));
        for look in [Look::Screen, Look::Serial] {
            let screen = text(&hostile, look);
            assert!(!screen.chars().any(|c| c.is_control() && c != '\n'), "{screen:?}");
        }
    }
}
