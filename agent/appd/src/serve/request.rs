//! One request of a connection, followed from its first byte to the last of its answer: the connection
//! tells what goes on in it, and is kept for that or not.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use api::door;
use api::leaving::{Held, leaving};
use axum::Router;
use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use hyper::{Request, Response};
use tower::ServiceExt;

use crate::limits::{Activity, Doing};

/// The router's answer to a request.
pub async fn answer<B>(router: Router, request: Request<B>, activity: Activity) -> Response<Body>
where
    B: hyper::body::Body<Data = Bytes, Error = hyper::Error> + Send + Unpin + 'static,
{
    let followed = Arc::new(Followed::new(activity));
    if request.body().is_end_stream() {
        followed.goes(Doing::Working);
    }
    let request = request.map(|body| {
        let followed = Arc::clone(&followed);
        Body::new(Arriving { body, followed: Some(followed) })
    });
    let Ok(response) = router.oneshot(request).await;
    if !door::is_stream(&response) {
        followed.goes(Doing::Sending);
    }
    response.map(|body| leaving(body, followed))
}

/// What a request does now.
struct Followed {
    activity: Activity,
    now: Mutex<Doing>,
}

impl Followed {
    fn new(activity: Activity) -> Self {
        activity.changed(Doing::Done, Doing::Arriving);
        Self { activity, now: Mutex::new(Doing::Arriving) }
    }

    fn goes(&self, to: Doing) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        self.activity.changed(*now, to);
        *now = to;
    }

    /// All of it is here. What is answered before that stays so.
    fn arrived(&self) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if *now == Doing::Arriving {
            self.activity.changed(*now, Doing::Working);
            *now = Doing::Working;
        }
    }
}

impl Held for Followed {
    fn goes_on(&self) {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        self.activity.changed(*now, *now);
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.goes(Doing::Done);
    }
}

/// A request's body.
struct Arriving<B> {
    body: B,
    /// Until it has arrived.
    followed: Option<Arc<Followed>>,
}

impl<B: hyper::body::Body + Unpin> hyper::body::Body for Arriving<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None))
            && let Some(followed) = self.followed.take()
        {
            followed.arrived();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
