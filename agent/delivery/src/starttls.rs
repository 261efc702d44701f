//! What is said in clear before STARTTLS (RFC 3207), by ourselves: a library that went on with what it had
//! read before encryption would take a stranger's words for the server's.

use notify::{Failure, Stage};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Longest line (RFC 5321, section 4.5.3.1.5, with some to spare), and most lines of an answer.
const LINE: u64 = 1000;
const LINES: usize = 100;

/// Brings the stream to where encryption begins.
pub async fn begin(stream: TcpStream, hello: &str) -> Result<TcpStream, Failure> {
    let mut stream = BufReader::new(stream);
    let (code, _) = answer(&mut stream).await?;
    expect(code, 220)?;
    say(&mut stream, &format!("EHLO {hello}\r\n")).await?;
    let (code, lines) = answer(&mut stream).await?;
    expect(code, 250)?;
    let offers = lines.iter().skip(1).any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"));
    if !offers {
        let _ = say(&mut stream, "QUIT\r\n").await;
        return Err(Failure::NoStartTls);
    }
    say(&mut stream, "STARTTLS\r\n").await?;
    let (code, _) = answer(&mut stream).await?;
    match code {
        220 if stream.buffer().is_empty() => Ok(stream.into_inner()),
        // Whatever came before encryption was not said by whoever has the certificate.
        220 => Err(Failure::NotUnderstood),
        _ => Err(Failure::NoStartTls),
    }
}

fn expect(code: u16, wanted: u16) -> Result<(), Failure> {
    match code {
        code if code == wanted => Ok(()),
        code @ 400..=499 => Err(Failure::Later { code }),
        code @ 500..=599 => Err(Failure::MessageRefused { code }),
        _ => Err(Failure::NotUnderstood),
    }
}

/// A code, and the texts of its lines.
async fn answer(stream: &mut BufReader<TcpStream>) -> Result<(u16, Vec<String>), Failure> {
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        let read = stream.take(LINE).read_until(b'\n', &mut line).await;
        let read = read.map_err(|_| Failure::Closed { at: Stage::Greeting })?;
        if !line.ends_with(b"\n") {
            let cut = read as u64 == LINE;
            return Err(if cut {
                Failure::TooMuch
            } else {
                Failure::Closed { at: Stage::Greeting }
            });
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let (code, rest) = line.split_at_checked(3).ok_or(Failure::NotUnderstood)?;
        let is_code = code.bytes().all(|byte| byte.is_ascii_digit());
        let code = code.parse::<u16>().ok().filter(|_| is_code).ok_or(Failure::NotUnderstood)?;
        let goes_on = match rest.bytes().next() {
            Some(b'-') => true,
            Some(b' ') | None => false,
            Some(_) => return Err(Failure::NotUnderstood),
        };
        lines.push(rest.get(1..).unwrap_or_default().to_owned());
        if !goes_on {
            return Ok((code, lines));
        }
        if lines.len() >= LINES {
            return Err(Failure::TooMuch);
        }
    }
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> Result<(), Failure> {
    let said = stream.write_all(line.as_bytes()).await;
    said.map_err(|_| Failure::Closed { at: Stage::Greeting })
}
