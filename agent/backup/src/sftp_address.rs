//! Where an SFTP server keeps copies: its name or address, and the folder there.

use settings::HttpsAddress;

use crate::host;

/// Host, port and folder that fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SftpAddress {
    host: String,
    port: u16,
    folder: String,
}

/// Which field is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSftpAddress {
    /// No name of the internet, and no address.
    #[error("this is no address of an SFTP server: [sftp://]host[:port]")]
    Server,
    /// No folder of its own.
    #[error(
        "a folder is needed: names with / between them, without . and .. and control characters"
    )]
    Folder,
}

impl SftpAddress {
    /// Before the host, may be left out.
    pub const SCHEME: &str = "sftp://";
    /// The port where none is given (RFC 4250, section 4.9.1; IANA).
    pub const PORT: u16 = 22;
    /// Longest folder, bytes.
    pub const MAX_FOLDER: usize = 512;

    /// A server as `[sftp://]host[:port]`, and a folder there: below the directory that a user begins in, or with
    /// `/` before it from the top.
    ///
    /// # Errors
    /// The first field that is none.
    pub fn new(server: &str, folder: &str) -> Result<Self, InvalidSftpAddress> {
        let (host, port) = self::server(server).ok_or(InvalidSftpAddress::Server)?;
        let folder = folder.strip_suffix('/').unwrap_or(folder);
        let step = |step: &str| !["", ".", ".."].contains(&step);
        let below = folder.strip_prefix('/').unwrap_or(folder);
        let fits = folder.len() <= Self::MAX_FOLDER
            && !folder.contains(char::is_control)
            && below.split('/').all(step);
        if !fits {
            return Err(InvalidSftpAddress::Folder);
        }
        Ok(Self { host, port, folder: folder.to_owned() })
    }

    /// A name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The folder, without `/` at its end.
    #[must_use]
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Where the keys of what is copied here lie: beside it, never in it.
    #[must_use]
    pub fn of_keys(&self) -> Self {
        Self { folder: format!("{}-keys", self.folder), ..self.clone() }
    }
}

fn server(text: &str) -> Option<(String, u16)> {
    let bare = text.strip_prefix(SftpAddress::SCHEME).unwrap_or(text);
    let bare = bare.strip_suffix('/').unwrap_or(bare);
    let (host, port) = match bare.rsplit_once(':') {
        // The colons of an address in brackets are its own.
        Some((host, port)) if !port.contains(']') => {
            let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            (host, digits.then(|| port.parse().ok())??)
        }
        _ => (bare, SftpAddress::PORT),
    };
    // What a host is, is said once.
    let whole = format!("{}{host}", HttpsAddress::SCHEME);
    let HttpsAddress { host: read, path: "", .. } = HttpsAddress::of(&whole, 300)? else {
        return None;
    };
    if port == 0 || read != host {
        return None;
    }
    let (host, _) = host::read(host)?;
    Some((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_a_port_and_a_folder_and_its_keys_lie_beside_it() {
        for (server, folder, read) in [
            ("nas.example.net", "crm", ("nas.example.net", 22, "crm")),
            (
                "sftp://nas.example.net:2222",
                "/volume1/备份/crm/",
                ("nas.example.net", 2222, "/volume1/备份/crm"),
            ),
            ("192.168.10.20", "a b/c", ("192.168.10.20", 22, "a b/c")),
            ("sftp://[fd00::7]:22/", "crm", ("fd00::7", 22, "crm")),
            ("[fd00::7]", "crm", ("fd00::7", 22, "crm")),
        ] {
            let address = SftpAddress::new(server, folder).unwrap();
            assert_eq!((address.host(), address.port(), address.folder()), read, "{server}");
            assert_eq!(address.of_keys().folder(), format!("{}-keys", read.2));
            assert_eq!(address.of_keys().host(), read.0);
        }
    }

    #[test]
    fn each_field_is_refused_by_its_name() {
        for server in [
            "",
            "nas",
            "https://nas.example.net",
            "u@nas.example.net",
            "nas.example.net:",
            "nas.example.net:0",
            "nas.example.net:65536",
            "nas.example.net:+1",
            "nas.example.net/x",
            "fd00::7",
            "sftp://",
            "[fd00::7",
            "nas.example.net?x",
            "a b.example.net",
        ] {
            assert_eq!(
                SftpAddress::new(server, "crm"),
                Err(InvalidSftpAddress::Server),
                "{server}"
            );
        }
        let long = "a".repeat(513);
        for folder in ["", "/", "//a", "a//b", "..", "a/../b", "./a", "a\nb", long.as_str()] {
            let read = SftpAddress::new("nas.example.net", folder);
            assert_eq!(read, Err(InvalidSftpAddress::Folder), "{folder}");
        }
    }
}
