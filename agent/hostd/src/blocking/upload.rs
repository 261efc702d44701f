//! A list on its way, piece by piece, in memory: bounded, and given up when nobody goes on with it.

use std::time::{Duration, Instant};

use blocklist::Refusal;
use host_api::blocking::{ListPiece, ListWhole};

use super::lists::{ListError, MAX_LIST};

/// After which time without another piece it is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// A list on its way.
pub struct Upload {
    address: String,
    text: String,
    about: Option<ListWhole>,
    touched: Instant,
}

/// All of it.
pub struct Whole {
    /// Where it was fetched.
    pub address: String,
    /// A name a line.
    pub text: String,
    /// What it is to be.
    pub about: ListWhole,
}

impl Upload {
    /// With another piece; one that begins at 0 begins anew.
    pub fn with(former: Option<Self>, piece: ListPiece) -> Result<Self, ListError> {
        let ListPiece { address, at, text, whole } = piece;
        let mut upload = match former {
            _ if at == 0 => {
                Self { address, text: String::new(), about: None, touched: Instant::now() }
            }
            Some(former) if former.address == address && former.text.len() as u64 == at => former,
            _ => return Err(ListError::OutOfOrder),
        };
        let headers = whole.iter().flat_map(|whole| [&whole.etag, &whole.modified]).flatten();
        if text.len() > ListPiece::MAX
            || headers.into_iter().any(|it| it.len() > ListPiece::MAX_HEADER)
        {
            return Err(ListError::Broken);
        }
        if upload.text.len() + text.len() > MAX_LIST {
            return Err(Refusal::NoRoom.into());
        }
        upload.text.push_str(&text);
        (upload.about, upload.touched) = (whole, Instant::now());
        Ok(upload)
    }

    /// Whether nobody goes on with it.
    pub fn is_over(&self) -> bool {
        self.touched.elapsed() > PATIENCE
    }

    /// Whether the last piece is there.
    pub fn is_whole(&self) -> bool {
        self.about.is_some()
    }

    /// All of it, once the last piece is there.
    pub fn into_whole(self) -> Option<Whole> {
        let Self { address, text, about, touched: _ } = self;
        Some(Whole { address, text, about: about? })
    }
}
