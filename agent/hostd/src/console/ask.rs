//! What the console asks of the agent, over the same socket as everybody.

use std::io;
use std::path::Path;
use std::time::Duration;

use host_api::{HEADER, Request, Response, SOCKET};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// How long new settings may take to be in force and verified.
const PATIENCE: Duration = Duration::from_secs(120);

/// Asks, and waits for the answer.
pub async fn ask(run: &Path, request: &Request) -> io::Result<Response> {
    let answered = tokio::time::timeout(PATIENCE, answered(run, request)).await;
    answered.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn answered(run: &Path, request: &Request) -> io::Result<Response> {
    let mut stream = UnixStream::connect(run.join(SOCKET)).await?;
    stream.write_all(&host_api::encode(request)?).await?;
    let mut header = [0; HEADER];
    stream.read_exact(&mut header).await?;
    let mut text = vec![0; host_api::length(header)?];
    stream.read_exact(&mut text).await?;
    Ok(host_api::decode(&text)?)
}
