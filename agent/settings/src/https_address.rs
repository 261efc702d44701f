//! An address of the web, encrypted, taken apart.

/// `https://host[:port]/path[?query]` in ASCII and without fragment (RFC 3986), taken apart. One address has one
/// text, apart from its path and port 443.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpsAddress<'a> {
    /// What stands for the host, which may be nothing: whoever asks says what is one.
    pub host: &'a str,
    /// The port.
    pub port: u16,
    /// Path and query as they stand there; begins with `/`, or is empty.
    pub path: &'a str,
}

impl<'a> HttpsAddress<'a> {
    /// What it begins with.
    pub const SCHEME: &'static str = "https://";
    /// The port where none stands.
    pub const PORT: u16 = 443;

    /// Takes it apart; none if it is none, or longer than so many bytes.
    pub fn of(text: &'a str, max: usize) -> Option<Self> {
        // What RFC 3986 has no place for, and `#`, behind which a browser keeps to itself.
        let fits = |byte: u8| byte.is_ascii_graphic() && !br##""#<>\^`{|}"##.contains(&byte);
        if text.len() > max || !text.bytes().all(fits) {
            return None;
        }
        let rest = text.strip_prefix(Self::SCHEME)?;
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if path.starts_with('?') {
            return None;
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                // No sign and no zeros in front.
                let number = port.parse().ok().filter(|number: &u16| number.to_string() == port);
                (host, number.filter(|number| *number != 0)?)
            }
            _ => (authority, Self::PORT),
        };
        Some(Self { host, port, path })
    }
}
