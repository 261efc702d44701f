//! Cookies whose names start with `__Host-` (RFC 6265bis): bound to this very host, never readable by
//! scripts, never sent along from another site.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::contract::App;
use crate::problem::{Code, Problem};

/// How long a step between two pages lives, seconds.
pub const STEP_LASTS: u32 = 15 * 60;
/// How long a browser is told again after somebody signed in with it, seconds. As long as browsers keep
/// a cookie at most (RFC 6265bis).
pub const DEVICE_LASTS: u32 = 400 * 24 * 60 * 60;

/// Which cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The session; ends with the browser, and at the server before that.
    Session,
    /// Between name and code, in set-up, claim and enrolment.
    Step,
    /// Tells a browser that somebody signed in with; opens nothing. See [`identity::Device`].
    Device,
}

impl Cookie {
    /// Its name in this application.
    pub const fn name(self, app: App) -> &'static str {
        match (self, app) {
            (Self::Session, App::Admin) => "__Host-admin",
            (Self::Step, App::Admin) => "__Host-admin-step",
            (Self::Device, App::Admin) => "__Host-admin-device",
            (Self::Session, App::Crm) => "__Host-crm",
            (Self::Step, App::Crm) => "__Host-crm-step",
            (Self::Device, App::Crm) => "__Host-crm-device",
        }
    }

    /// What the browser sent; none for an empty one.
    ///
    /// # Errors
    /// [`Code::Cookies`] when it came twice: somebody else may have planted one of them.
    pub fn read(self, app: App, headers: &HeaderMap) -> Result<Option<&str>, Problem> {
        let mut found = None;
        for header in headers.get_all(header::COOKIE) {
            for pair in header.as_bytes().split(|&byte| byte == b';') {
                // No other white space: a browser that lets `\u{2000}__Host-admin` pass as a name without
                // the prefix, from a neighbour's script, must not find it taken for ours here.
                let blank = [' ', '\t'];
                let pair = str::from_utf8(pair).unwrap_or_default().trim_matches(blank);
                let Some((name, value)) = pair.split_once('=') else { continue };
                let value = value.trim_matches(blank);
                if name.trim_matches(blank) == self.name(app) && found.replace(value).is_some() {
                    return Err(Code::Cookies.into());
                }
            }
        }
        Ok(found.filter(|value| !value.is_empty()))
    }

    /// A value for `Set-Cookie`; none when the secret has other characters than those of base64url.
    pub fn set(self, app: App, secret: &str) -> Option<HeaderValue> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if secret.is_empty() || !secret.chars().all(plain) {
            return None;
        }
        let life = match self {
            Self::Session => String::new(),
            Self::Step => format!("; Max-Age={STEP_LASTS}"),
            Self::Device => format!("; Max-Age={DEVICE_LASTS}"),
        };
        self.header(app, &format!("{secret}{life}"))
    }

    /// A value for `Set-Cookie` that takes it away.
    pub fn clear(self, app: App) -> Option<HeaderValue> {
        self.header(app, "; Max-Age=0")
    }

    fn header(self, app: App, value: &str) -> Option<HeaderValue> {
        let name = self.name(app);
        let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict");
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Result<Option<String>, Code> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, line.parse().unwrap());
        }
        let found = Cookie::Session.read(App::Admin, &headers);
        found.map(|value| value.map(str::to_owned)).map_err(|problem| problem.code())
    }

    #[test]
    fn reads_its_own_only_and_refuses_two() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["a=b; __Host-admin=x; c=d"]), Ok(Some("x".to_owned())));
        assert_eq!(read(&["__Host-crm=x", "__Host-admin-step=y", "__host-admin=z"]), Ok(None));
        assert_eq!(read(&["__Host-admin="]), Ok(None));
        for white in ["\u{2000}", "\u{a0}", "\u{85}"] {
            let mut headers = HeaderMap::new();
            let tossed = format!("{white}__Host-admin{white}=x; __Host-admin=y");
            headers.append(header::COOKIE, HeaderValue::from_bytes(tossed.as_bytes()).unwrap());
            let found = Cookie::Session.read(App::Admin, &headers);
            assert_eq!(found.map_err(|problem| problem.code()), Ok(Some("y")), "{white:?}");
        }
        assert_eq!(read(&["__Host-admin=x; __Host-admin=x"]), Err(Code::Cookies));
        assert_eq!(read(&["__Host-admin=x", "__Host-admin=y"]), Err(Code::Cookies));
        assert_eq!(read(&["__Host-admin=; __Host-admin=y"]), Err(Code::Cookies));
    }

    #[test]
    fn sets_and_takes_away() {
        let set = Cookie::Step.set(App::Crm, "aB-_9").unwrap();
        let rest = "Path=/; Secure; HttpOnly; SameSite=Strict";
        assert_eq!(set.to_str().unwrap(), format!("__Host-crm-step=aB-_9; Max-Age=900; {rest}"));
        let set = Cookie::Session.set(App::Crm, "x").unwrap();
        assert_eq!(set.to_str().unwrap(), format!("__Host-crm=x; {rest}"));
        let set = Cookie::Device.set(App::Crm, "x").unwrap();
        assert_eq!(set.to_str().unwrap(), format!("__Host-crm-device=x; Max-Age=34560000; {rest}"));
        let clear = Cookie::Session.clear(App::Admin).unwrap();
        assert_eq!(clear.to_str().unwrap(), format!("__Host-admin=; Max-Age=0; {rest}"));
        for wrong in ["", "a;b", "a b", "a\r\nb", "ä"] {
            assert_eq!(Cookie::Session.set(App::Crm, wrong), None);
        }
    }
}
