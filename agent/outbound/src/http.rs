//! One question over HTTP/1.1, and its answer.

use std::error::Error;
use std::io;

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use crate::{Connection, Fault, Stage};

/// Asks; the head of the answer. Its body comes as it is read; who asks sets the time limit.
pub async fn ask<B>(stream: Connection, request: Request<B>) -> Result<Response<Incoming>, Fault>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| fault(&error))?;
    // It ends with the answer, or with us.
    tokio::spawn(async move {
        let _ = connection.await;
    });
    sender.send_request(request).await.map_err(|error| fault(&error))
}

/// The whole body, if it is no longer than this.
pub async fn body(mut body: Incoming, most: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| fault(&error))?;
        let Ok(data) = frame.into_data() else { continue };
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
