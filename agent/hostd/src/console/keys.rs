//! What is typed at the console, as keys. A terminal sends keys that have no letter as a sequence: all of
//! such a one means nothing here.

use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A letter, small whichever was typed, or a digit.
    Letter(char),
    /// Enter.
    Enter,
    /// Takes the last letter back.
    Back,
    /// Leaves.
    Escape,
}

const ESCAPE: u8 = 0x1b;

/// Reads them for ever, as fast as they are taken.
pub fn read() -> mpsc::Receiver<Key> {
    let (sender, keys) = mpsc::channel(64);
    tokio::spawn(async move {
        let mut buffer = [0; 256];
        let mut stdin = tokio::io::stdin();
        loop {
            match stdin.read(&mut buffer).await {
                Ok(read) if read > 0 => {
                    for key in parse(buffer.get(..read).unwrap_or_default()) {
                        if sender.send(key).await.is_err() {
                            return;
                        }
                    }
                }
                _ => return,
            }
        }
    });
    keys
}

fn parse(typed: &[u8]) -> Vec<Key> {
    match typed {
        [ESCAPE] => vec![Key::Escape],
        [ESCAPE, ..] => Vec::new(),
        _ => typed.iter().filter_map(|byte| key(*byte)).collect(),
    }
}

fn key(byte: u8) -> Option<Key> {
    match byte {
        b'\r' | b'\n' => Some(Key::Enter),
        0x08 | 0x7f => Some(Key::Back),
        byte if byte.is_ascii_alphanumeric() => {
            Some(Key::Letter(char::from(byte.to_ascii_lowercase())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_whichever_case_and_arrows_do_not() {
        assert_eq!(parse(b"Fz9"), [Key::Letter('f'), Key::Letter('z'), Key::Letter('9')]);
        assert_eq!(parse(b"\x1b"), [Key::Escape]);
        for nothing in
            [&b"\x1b[A"[..], b"\x1bOP", b"\x1b[200~restore\r", b"\x03\x04\x1a", "好".as_bytes()]
        {
            assert_eq!(parse(nothing), [], "{nothing:?}");
        }
        assert_eq!(parse(b"\r\n\x7f\x08"), [Key::Enter, Key::Enter, Key::Back, Key::Back]);
    }
}
