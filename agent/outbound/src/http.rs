//! Questions over HTTP/1.1, and their answers.

use std::error::Error;
use std::io;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use crate::{Connection, Fault, Stage};

/// A connection that takes one question after the other, as long as the other side keeps it.
#[derive(Debug)]
pub struct Talk<B> {
    sender: http1::SendRequest<B>,
}

impl<B> Talk<B>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// Begins.
    pub async fn begin(stream: Connection) -> Result<Self, Fault> {
        let handshake = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = handshake.map_err(|error| fault(&error))?;
        // It ends with the talk.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self { sender })
    }

    /// Asks; the head of the answer. Its body comes as it is read, and must have come before the next
    /// question goes out; who asks sets the time limit.
    pub async fn ask(&mut self, request: Request<B>) -> Result<Response<Incoming>, Fault> {
        self.sender.ready().await.map_err(|error| fault(&error))?;
        self.sender.send_request(request).await.map_err(|error| fault(&error))
    }

    /// Whether it is known that the other side has closed it.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
}

/// Asks one question; as [`Talk::ask`].
pub async fn ask<B>(stream: Connection, request: Request<B>) -> Result<Response<Incoming>, Fault>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    Talk::begin(stream).await?.ask(request).await
}

/// The next piece of a body; none at its end.
pub async fn piece(body: &mut Incoming) -> Result<Option<Bytes>, Fault> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|error| fault(&error))?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// The whole body, if it is no longer than this.
pub async fn body(mut body: Incoming, most: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    while let Some(data) = piece(&mut body).await? {
        if bytes.len() + data.len() > most {
            return Err(Fault::TooMuch);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn fault(error: &hyper::Error) -> Fault {
    tracing::info!(?error, "no whole answer");
    if error.is_parse() {
        return Fault::NotUnderstood;
    }
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            return Fault::of(error, Stage::Talk);
        }
        source = inner.source();
    }
    Fault::Closed(Stage::Talk)
}
