//! What an object store says that it has: a page of `ListObjectsV2` (Amazon S3 API reference). It comes from a
//! machine that is trusted with nothing, so it is bounded, and taken whole or not at all.

use crate::listing;
use crate::object::{Id, Kind, Object};
use crate::xml::{self, Event, InvalidXml};

/// Most entries of a page: what is asked for, and the most that services give.
pub const MOST_OF_A_PAGE: usize = 1_000;
/// Longest page, bytes: 1,000 entries of keys of 1,024 bytes, escaped, with owner and checksums.
pub const MOST_BYTES: usize = 4 << 20;
/// Most pages: four times as many as full ones take.
pub const MOST_PAGES: usize = 4 * listing::MOST_ENTRIES / MOST_OF_A_PAGE;
/// Longest token of a next page, bytes.
const LONGEST_TOKEN: usize = 2_048;

/// A page.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// Objects with their lengths, in any order; what is no object is passed over.
    pub objects: Vec<(Object, u64)>,
    /// What asks for the next one; none after the last.
    pub next: Option<String>,
}

#[derive(Default)]
struct Entry {
    key: Option<String>,
    size: Option<u64>,
}

/// A page of the objects of a kind, whose keys begin with this directory.
///
/// # Errors
/// For what is no page, has too many entries, or does not say whether another one follows.
pub fn parse(kind: Kind, directory: &str, bytes: &[u8]) -> Result<Page, InvalidXml> {
    let (mut objects, mut entries, mut entry) = (Vec::new(), 0, Entry::default());
    let (mut is_listing, mut truncated, mut next) = (false, None, None);
    xml::read(bytes, &mut |event| {
        match event {
            Event::Leaf(["ListBucketResult", "IsTruncated"], text) => {
                let more = match text {
                    "true" => true,
                    "false" => false,
                    _ => return Err(InvalidXml("no truth")),
                };
                once(&mut truncated, more)?;
            }
            Event::Leaf(["ListBucketResult", "NextContinuationToken"], text) => {
                if text.is_empty() || text.len() > LONGEST_TOKEN {
                    return Err(InvalidXml("no token"));
                }
                once(&mut next, text.to_owned())?;
            }
            Event::Leaf(["ListBucketResult", "Contents", "Key"], text) => {
                once(&mut entry.key, text.to_owned())?;
            }
            Event::Leaf(["ListBucketResult", "Contents", "Size"], text) => {
                let plain = text.bytes().all(|byte| byte.is_ascii_digit());
                let size = plain.then(|| text.parse().ok()).flatten();
                once(&mut entry.size, size.ok_or(InvalidXml("no length"))?)?;
            }
            Event::End(["ListBucketResult", "Contents"]) => {
                entries += 1;
                let Entry { key: Some(key), size: Some(size) } = std::mem::take(&mut entry) else {
                    return Err(InvalidXml("an entry without key or length"));
                };
                if entries > MOST_OF_A_PAGE {
                    return Err(InvalidXml("too many entries"));
                }
                let name = key.strip_prefix(directory).ok_or(InvalidXml("another's key"))?;
                objects.extend(object(kind, name).map(|object| (object, size)));
            }
            Event::Leaf(["ListBucketResult", "Contents"], _) => {
                return Err(InvalidXml("an entry without key or length"));
            }
            Event::End(["ListBucketResult"]) => is_listing = true,
            Event::Leaf(..) | Event::End(_) => {}
        }
        Ok(())
    })?;
    match (is_listing, truncated) {
        (true, Some(false)) => Ok(Page { objects, next: None }),
        (true, Some(true)) if next.is_some() => Ok(Page { objects, next }),
        _ => Err(InvalidXml("no page, or none that leads on")),
    }
}

/// Restic's layout "default": packs lie in a directory named by their first byte.
fn object(kind: Kind, name: &str) -> Option<Object> {
    let id = match kind {
        Kind::Pack => {
            let (first, id) = name.split_once('/')?;
            (id.get(..2) == Some(first)).then_some(id)?
        }
        _ => name,
    };
    Id::parse(id).map(|id| Object::Named(kind, id))
}

fn once<T>(field: &mut Option<T>, value: T) -> Result<(), InvalidXml> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(InvalidXml("a field is there twice")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, size: &str) -> String {
        format!(
            "<Contents><Key>{key}</Key><LastModified>2026-11-30T10:00:00.000Z</LastModified>\
            <ETag>&quot;0&quot;</ETag><Size>{size}</Size><Owner><ID>x</ID></Owner></Contents>"
        )
    }

    fn page(inner: &str) -> String {
        let xmlns = "http://s3.amazonaws.com/doc/2006-03-01/";
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"{xmlns}\">\
            <Name>copies</Name><Prefix>box/data/</Prefix><KeyCount>1</KeyCount>{inner}</ListBucketResult>"
        )
    }

    const LAST: &str = "<IsTruncated>false</IsTruncated>";

    #[test]
    fn objects_are_listed_and_others_passed_over() {
        let (a, b) = ("a".repeat(64), "0b".repeat(32));
        let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>1/&amp;=</NextContinuationToken>";
        let text = page(&format!(
            "{}{}{}{}{}{more}",
            entry(&format!("box/data/aa/{a}"), "7"),
            entry("box/data/", "0"),
            entry(&format!("box/data/ab/{a}"), "7"),
            entry("box/data/x&#x1;&lt;", "1"),
            entry(&format!("box/data/0b/{b}"), "9"),
        ));
        let named = |id: &str| Object::Named(Kind::Pack, Id::parse(id).unwrap());
        let read = parse(Kind::Pack, "box/data/", text.as_bytes()).unwrap();
        assert_eq!(read.objects, [(named(&a), 7), (named(&b), 9)]);
        assert_eq!(read.next.as_deref(), Some("1/&="));
        let read = parse(Kind::Index, "index/", page(LAST).as_bytes()).unwrap();
        assert_eq!(read, Page { objects: Vec::new(), next: None });
    }

    #[test]
    fn nothing_else_is_a_page() {
        let key = format!("index/{}", "a".repeat(64));
        let good = entry(&key, "7");
        assert!(parse(Kind::Index, "index/", page(&format!("{good}{LAST}")).as_bytes()).is_ok());
        let many = entry(&key, "7").repeat(MOST_OF_A_PAGE + 1);
        for bad in [
            String::new(),
            good.clone(),
            page(&good),
            page(&format!("{good}<IsTruncated>true</IsTruncated>")),
            page(&format!("{good}<IsTruncated>maybe</IsTruncated>")),
            page(&format!("{good}{LAST}{LAST}")),
            page(&format!("{}{LAST}", entry("data/aa", "7"))),
            page(&format!("{}{LAST}", entry(&key, "-7"))),
            page(&format!("{}{LAST}", entry(&key, ""))),
            page(&format!("{}{LAST}", entry(&key, "18446744073709551616"))),
            page(&format!("<Contents/>{LAST}")),
            page(&format!("<Contents><Key>{key}</Key></Contents>{LAST}")),
            page(&format!(
                "<Contents><Key>{key}</Key><Key>{key}</Key><Size>1</Size></Contents>{LAST}"
            )),
            page(&format!("{many}{LAST}")),
            page(&format!("{good}{LAST}")).replace("ListBucketResult", "ListBucket"),
        ] {
            assert!(parse(Kind::Index, "index/", bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
