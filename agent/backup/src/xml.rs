//! The little XML that object stores answer with (W3C, XML 1.0): elements and text. It comes from a machine
//! that is trusted with nothing, so nothing of the rest is taken: no DTD, no entities but the five, no CDATA,
//! no processing instructions.

use std::borrow::Cow;

/// Deepest nesting.
const DEEPEST: usize = 8;
/// Longest name of an element or an attribute, bytes.
const LONGEST_NAME: usize = 64;

/// It is none, or has what is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the XML of an object store: {0}")]
pub struct InvalidXml(pub &'static str);

/// What was read.
pub enum Event<'a> {
    /// An element without elements in it, by the names from the root on; and its text.
    Leaf(&'a [&'a str], &'a str),
    /// The end of an element with elements in it.
    End(&'a [&'a str]),
}

/// Reads all of it, an event at a time.
///
/// # Errors
/// For what is no such document, and what `take` refuses.
pub fn read<'a>(
    bytes: &'a [u8],
    take: &mut dyn FnMut(Event<'_>) -> Result<(), InvalidXml>,
) -> Result<(), InvalidXml> {
    let text = std::str::from_utf8(bytes).map_err(|_| InvalidXml("not UTF-8"))?;
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(after) = rest.strip_prefix("<?xml") {
        rest = after.split_once("?>").ok_or(InvalidXml("its declaration does not end"))?.1;
    }
    let mut open = Open { names: Vec::new(), text: Cow::Borrowed(""), is_leaf: false };
    let mut begun = false;
    while let Some(at) = rest.find('<') {
        let (before, after) = rest.split_at(at);
        open.add(before)?;
        if let Some(comment) = after.strip_prefix("<!--") {
            rest = comment.split_once("-->").ok_or(InvalidXml("a comment does not end"))?.1;
            continue;
        }
        if let Some(end) = after.strip_prefix("</") {
            let (name, after) = end.split_once('>').ok_or(InvalidXml("a tag does not end"))?;
            open.close(name.trim_end_matches(is_space), take)?;
            rest = after;
            continue;
        }
        if begun && open.names.is_empty() {
            return Err(InvalidXml("something follows it"));
        }
        begun = true;
        let (tag, after) = Tag::read(after.strip_prefix('<').unwrap_or_default())?;
        open.open(tag.name)?;
        if tag.is_empty {
            open.close(tag.name, take)?;
        }
        rest = after;
    }
    open.add(rest)?;
    if begun && open.names.is_empty() { Ok(()) } else { Err(InvalidXml("it does not end")) }
}

/// The elements that are open, and what stands in the innermost.
struct Open<'a> {
    names: Vec<&'a str>,
    text: Cow<'a, str>,
    is_leaf: bool,
}

impl<'a> Open<'a> {
    fn open(&mut self, name: &'a str) -> Result<(), InvalidXml> {
        if !self.text.trim_matches(is_space).is_empty() {
            return Err(InvalidXml("text beside elements"));
        }
        if self.names.len() == DEEPEST {
            return Err(InvalidXml("too deep"));
        }
        self.names.push(name);
        (self.text, self.is_leaf) = (Cow::Borrowed(""), true);
        Ok(())
    }

    fn add(&mut self, raw: &'a str) -> Result<(), InvalidXml> {
        let text = resolved(raw)?;
        let takes = self.is_leaf && !self.names.is_empty();
        if !takes && !text.trim_matches(is_space).is_empty() {
            return Err(InvalidXml("text beside elements"));
        }
        if takes {
            // A comment may stand in between.
            if self.text.is_empty() { self.text = text } else { self.text.to_mut().push_str(&text) }
        }
        Ok(())
    }

    fn close(
        &mut self,
        name: &str,
        take: &mut dyn FnMut(Event<'_>) -> Result<(), InvalidXml>,
    ) -> Result<(), InvalidXml> {
        if self.names.last() != Some(&name) {
            return Err(InvalidXml("an end without its beginning"));
        }
        let event = if self.is_leaf {
            Event::Leaf(&self.names, &self.text)
        } else {
            Event::End(&self.names)
        };
        take(event)?;
        self.names.pop();
        (self.text, self.is_leaf) = (Cow::Borrowed(""), false);
        Ok(())
    }
}

struct Tag<'a> {
    name: &'a str,
    is_empty: bool,
}

impl<'a> Tag<'a> {
    /// Behind `<`. Attributes say where names come from, and nothing that is needed.
    fn read(text: &'a str) -> Result<(Self, &'a str), InvalidXml> {
        let (name, mut rest) = name(text)?;
        loop {
            let spaced = rest.trim_start_matches(is_space);
            if let Some(after) = spaced.strip_prefix("/>") {
                return Ok((Self { name, is_empty: true }, after));
            }
            if let Some(after) = spaced.strip_prefix('>') {
                return Ok((Self { name, is_empty: false }, after));
            }
            if spaced.len() == rest.len() {
                return Err(InvalidXml("no tag"));
            }
            let (_, after) = self::name(spaced)?;
            let after = after.trim_start_matches(is_space).strip_prefix('=');
            let after = after.ok_or(InvalidXml("no attribute"))?.trim_start_matches(is_space);
            let mark = ['"', '\''].into_iter().find(|mark| after.starts_with(*mark));
            let mark = mark.ok_or(InvalidXml("no attribute"))?;
            let value = after.get(1..).and_then(|after| after.split_once(mark));
            let (value, after) = value.ok_or(InvalidXml("an attribute does not end"))?;
            if value.contains('<') {
                return Err(InvalidXml("no attribute"));
            }
            rest = after;
        }
    }
}

/// Names in ASCII.
fn name(text: &str) -> Result<(&str, &str), InvalidXml> {
    let more = |c: char| c.is_ascii_alphanumeric() || "_:-.".contains(c);
    let (name, rest) = text.split_at(text.find(|c| !more(c)).unwrap_or(text.len()));
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if first && name.len() <= LONGEST_NAME { Ok((name, rest)) } else { Err(InvalidXml("no name")) }
}

/// Text with its references resolved. Keys may have characters that XML 1.0 has no place for; services
/// refer to them by number all the same.
fn resolved(raw: &str) -> Result<Cow<'_, str>, InvalidXml> {
    if !raw.contains('&') {
        return Ok(Cow::Borrowed(raw));
    }
    let mut pieces = raw.split('&');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (reference, text) = piece.split_once(';').ok_or(InvalidXml("no reference"))?;
        let number = |digits: &str, radix| {
            let plain =
                (1..=8).contains(&digits.len()) && digits.chars().all(|c| c.is_digit(radix));
            plain
                .then(|| u32::from_str_radix(digits, radix).ok())
                .flatten()
                .and_then(char::from_u32)
        };
        let resolved = match reference {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => match reference.strip_prefix('#') {
                Some(digits) => match digits.strip_prefix('x') {
                    Some(digits) => number(digits, 16),
                    None => number(digits, 10),
                },
                None => None,
            },
        };
        out.push(resolved.ok_or(InvalidXml("no reference"))?);
        out.push_str(text);
    }
    Ok(Cow::Owned(out))
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(text: &str) -> Result<Vec<String>, InvalidXml> {
        let mut all = Vec::new();
        read(text.as_bytes(), &mut |event| {
            all.push(match event {
                Event::Leaf(names, text) => format!("{}={text}", names.join("/")),
                Event::End(names) => names.join("/"),
            });
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn elements_and_their_text() {
        let text = "\u{feff}<?xml version=\"1.0\" encoding='UTF-8'?>\n<!-- a > b -->\
            <a xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"> <b k='<'/> </a>";
        assert_eq!(events(text), Err(InvalidXml("no attribute")));
        let text = text.replace("'<'", "'>'").replace(
            "<b",
            "<c x = \"1\" >x&amp;&#x41;&#66;<!--\
            -->&lt;y</c ><b",
        );
        assert_eq!(events(&text).unwrap(), ["a/c=x&AB<y", "a/b=", "a"]);
    }

    #[test]
    fn nothing_else_is_taken() {
        for bad in [
            "",
            " ",
            "a",
            "<",
            "<a",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>b",
            "b<a/>",
            "<a>x<b/></a>",
            "<a><b/>x</a>",
            "<a b/>",
            "<a b=c/>",
            "<a b='c/>",
            "<a b='c'd='e'/>",
            "<1/>",
            "< a/>",
            "<a>&x;</a>",
            "<a>&</a>",
            "<a>&#;</a>",
            "<a>&#+65;</a>",
            "<a>&#xD800;</a>",
            "<a>&#999999999;</a>",
            "<!DOCTYPE a><a/>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            "<a><![CDATA[x]]></a>",
            "<a><?x y?></a>",
            "<a/><?xml version='1.0'?>",
            "<a><!-- </a>",
            "<a><b><c><d><e><f><g><h><i/></h></g></f></e></d></c></b></a>",
            &format!("<{}/>", "a".repeat(65)),
        ] {
            assert!(events(bad).is_err(), "{bad}: {:?}", events(bad));
        }
        assert!(read(b"<a>\xff</a>", &mut |_| Ok(())).is_err());
    }

    proptest! {
        #[test]
        fn what_is_no_xml_is_refused_in_peace(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes, &mut |_| Ok(()));
        }

        #[test]
        fn pieces_of_xml_in_any_order(pieces in proptest::collection::vec(0..18_usize, 0..40)) {
            let all = ["<a>", "</a>", "<b c='d'>", "</b>", "<e/>", "x", "&amp;", "&#x1;", "&#", "<!--", "-->",
                "<?xml ?>", "\"", "'", "<", ">", " ", "ሴ"];
            let text: String = pieces.iter().map(|piece| all[*piece]).collect();
            let mut depth = 0;
            let _ = read(text.as_bytes(), &mut |event| {
                let (Event::Leaf(names, _) | Event::End(names)) = event;
                depth = depth.max(names.len());
                Ok(())
            });
            prop_assert!(depth <= DEEPEST);
        }

        /// What a text says arrives.
        #[test]
        fn text_is_read_as_it_was_written(text in "\\PC{0,40}") {
            let escaped: String = text.chars().map(|c| format!("&#{};", u32::from(c))).collect();
            let escaped = events(&format!("<a><b>{escaped}</b></a>")).unwrap();
            prop_assert_eq!(&escaped[0], &format!("a/b={text}"));
        }
    }
}
