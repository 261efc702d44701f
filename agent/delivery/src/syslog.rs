//! Syslog over TLS (RFC 5425). Nobody acknowledges a message: it was taken when the receiver closes after us
//! (section 4.4) and has not dropped what we said.

use std::io::ErrorKind;

use notify::{Failure, Message, Stage, SyslogServer, syslog};
use outbound::Fault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::carrier::{Line, Origin};
use crate::reason::failure;

/// What a receiver may say before it closes: nothing that is read.
const MOST: u64 = 4096;

pub async fn send(
    server: &SyslogServer,
    line: Line<'_>,
    message: &Message,
    origin: Origin<'_>,
) -> Result<(), Failure> {
    let frame = syslog::write(message, origin.language, origin.local, origin.name);
    let place = &server.place;
    let stream = line.connect(place).await?;
    let mut stream = line.encrypt(stream, place).await?;
    let talk = async {
        stream.write_all(&frame).await?;
        stream.flush().await?;
        stream.shutdown().await?;
        // An alert of TLS 1.3 comes only now, such as that our certificate is wanted.
        let mut said = Vec::new();
        let read = stream.take(MOST).read_to_end(&mut said).await;
        match read {
            // rsyslog closes without a word of TLS.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(said.len()),
            read => read,
        }
    };
    match timeout(line.patience.talk, talk).await {
        Ok(Ok(said)) if said as u64 == MOST => Err(Failure::TooMuch),
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(failure(Fault::of(&error, outbound::Stage::Talk), Stage::Message)),
        Err(_) => Err(Failure::TooSlow { at: Stage::Message }),
    }
}
