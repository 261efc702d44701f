//! Documents that were kept, the last one first, in one file that is replaced as a whole: what whoever
//! stands at the box can go back to. Losing it loses no settings.

use host_api::Author;
use serde::{Deserialize, Serialize};

use super::directory::Directory;
use super::{Store, StoreError, failed, unwrap, wrap};

const FORMER: &str = "former.1.json";
const FORMER_NEW: &str = "former.1.new";
/// Most of them.
const MOST: usize = 12;
/// Most bytes of the file: below what a directory reads.
const MOST_BYTES: usize = 900 << 10;
/// Most characters of a reason.
const REASON: usize = 200;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Seconds since 1970; none when that was not written down.
    pub at: Option<u64>,
    /// Who kept it.
    pub by: Author,
    /// What for.
    pub reason: String,
    /// Its text.
    pub document: String,
}

impl<D: Directory> Store<D> {
    /// All of them, the last one first; none when they cannot be read.
    pub fn kept(&self) -> Vec<Kept> {
        let Ok(content) = self.directory.read(FORMER) else { return Vec::new() };
        let read = unwrap(&content).and_then(|text| serde_json::from_slice(text).ok());
        read.unwrap_or_else(|| {
            tracing::warn!(file = FORMER, "settings that were kept before cannot be read");
            Vec::new()
        })
    }

    /// Adds the one that is kept now. The one that it takes the place of is added too, should it not
    /// be there.
    pub fn remember(&self, mut kept: Kept, before: Option<String>) -> Result<(), StoreError> {
        kept.reason = kept.reason.chars().take(REASON).collect();
        let mut all = self.kept();
        let last = all.first().map(|last| last.document.as_str());
        if let Some(document) = before.filter(|before| last != Some(before.as_str())) {
            let (by, reason) = (Author::Unknown, String::new());
            all.insert(0, Kept { at: None, by, reason, document });
        }
        all.insert(0, kept);
        all.truncate(MOST);
        let mut content = text(&all);
        while content.len() > MOST_BYTES && all.pop().is_some() {
            content = text(&all);
        }
        let directory = &self.directory;
        directory.write(FORMER_NEW, &content).map_err(failed("write what was kept"))?;
        directory.sync(FORMER_NEW).map_err(failed("sync what was kept"))?;
        directory.rename(FORMER_NEW, FORMER).map_err(failed("keep what was kept"))?;
        directory.sync_directory().map_err(failed("sync the directory"))
    }
}

fn text(all: &[Kept]) -> Vec<u8> {
    wrap(&serde_json::to_vec(all).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use crate::store::directory::Real;

    use super::*;

    fn kept(document: &str) -> Kept {
        let by = Author::Admin("王琳".to_owned());
        Kept { at: Some(7), by, reason: "试".to_owned(), document: document.to_owned() }
    }

    fn documents(store: &Store<Real>) -> Vec<String> {
        store.kept().into_iter().map(|kept| kept.document).collect()
    }

    #[test]
    fn the_last_one_comes_first_and_old_ones_go() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::new(Real::open(place.path()).unwrap());
        assert!(store.kept().is_empty());
        for number in 0..20 {
            store.remember(kept(&number.to_string()), None).unwrap();
        }
        let all = store.kept();
        assert_eq!((all.len(), all[0].clone(), all[11].clone()), (12, kept("19"), kept("8")));
    }

    #[test]
    fn the_one_from_before_is_not_lost_where_nobody_wrote_it_down() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::new(Real::open(place.path()).unwrap());
        store.remember(kept("b"), Some("a".to_owned())).unwrap();
        store.remember(kept("c"), Some("b".to_owned())).unwrap();
        assert_eq!(documents(&store), ["c", "b", "a"]);
        assert_eq!(store.kept()[2].by, Author::Unknown);
    }

    #[test]
    fn long_documents_and_reasons_do_not_make_it_unreadable() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::new(Real::open(place.path()).unwrap());
        for _ in 0..12 {
            let long = Kept { reason: "字".repeat(9_000), ..kept(&"x".repeat(256 << 10)) };
            store.remember(long, None).unwrap();
        }
        let all = store.kept();
        assert_eq!((all.len(), all[0].reason.chars().count()), (3, 200));
    }

    #[test]
    fn a_damaged_file_is_no_list_and_is_written_anew() {
        let place = tempfile::tempdir().unwrap();
        let store = Store::new(Real::open(place.path()).unwrap());
        store.remember(kept("a"), None).unwrap();
        let file = place.path().join(FORMER);
        let mut content = std::fs::read(&file).unwrap();
        let last = content.len() - 3;
        content[last] ^= 1;
        std::fs::write(&file, content).unwrap();
        assert!(store.kept().is_empty());
        store.remember(kept("b"), Some("a".to_owned())).unwrap();
        assert_eq!(documents(&store), ["b", "a"]);
    }
}
