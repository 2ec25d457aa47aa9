//! What is sent to a booting machine, as a step of its trail: recorded when the body has ended, or when it broke off.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::Method;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use boot::trail::{Step, Trail, Transfer};

/// `response`, whose body is this step when it has ended. A request for the head alone is a step of no bytes; an answer that
/// is no success (a part that is not there, what the machine has already) is none.
pub(super) fn watched(
    trail: &Trail,
    step: Step,
    request: &HttpRequest,
    response: HttpResponse,
) -> HttpResponse {
    if !response.status().is_success() {
        return response;
    }
    let step = match response.body().size() {
        BodySize::Sized(bytes) => step.of(bytes),
        BodySize::None | BodySize::Stream => step,
    };
    if request.method() == Method::HEAD {
        trail.record(step.size_only());
        return response;
    }
    let transfer = trail.begin(step);
    response.map_body(|_, body| BoxBody::new(Watched { body, transfer }))
}

/// Counts what is handed to the connection. What its buffers hold when it breaks counts as sent: nobody can know better.
struct Watched {
    body: BoxBody,
    transfer: Transfer,
}

impl MessageBody for Watched {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let next = ready!(Pin::new(&mut self.body).poll_next(context));
        match &next {
            Some(Ok(bytes)) => self.transfer.sent(bytes.len() as u64),
            Some(Err(error)) => tracing::warn!(%error, "a file could not be read to its end"),
            None => self.transfer.end(None),
        }
        Poll::Ready(next)
    }
}
