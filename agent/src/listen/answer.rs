//! What is answered to whom: a pure function of the question.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE,
};
use hyper::{Method, Request, Response, StatusCode};
use inventory::Problem;

use super::{Newest, metrics};
use crate::settings::Scrape;

/// The answer to this question.
pub(super) fn to<B>(request: &Request<B>, scrape: &Scrape, newest: &Newest) -> Response<Full<Bytes>> {
    // Who may not ask does not learn what there is.
    if !may_ask(scrape, request.headers().get(AUTHORIZATION)) {
        let detail = "show the key of --scrape-key-file as a bearer token";
        return problem(StatusCode::UNAUTHORIZED, "not-authorised", detail, (WWW_AUTHENTICATE, "Bearer"));
    }
    let path = request.uri().path();
    if !matches!(path, "/inventory" | "/sample" | "/metrics" | "/healthz") {
        let detail = "there are /inventory, /sample, /metrics and /healthz, and nothing else";
        return problem(StatusCode::NOT_FOUND, "not-found", detail, (ALLOW, "GET"));
    }
    if request.method() != Method::GET {
        let detail = "only GET is answered";
        return problem(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail, (ALLOW, "GET"));
    }
    match (path, &newest.report, &newest.sample) {
        ("/healthz", ..) => answer(StatusCode::OK, "text/plain; charset=utf-8", b"ok\n".to_vec()),
        ("/inventory", Some(report), _) => json(report.as_ref()),
        ("/sample", _, Some(sample)) => json(sample.as_ref()),
        ("/metrics", report, Some(sample)) => {
            let page = metrics::page(sample, report.as_deref());
            answer(StatusCode::OK, metrics::CONTENT_TYPE, page.into_bytes())
        }
        _ => {
            let detail = "it is being collected; ask again in a moment";
            problem(StatusCode::SERVICE_UNAVAILABLE, "not-ready", detail, (RETRY_AFTER, "1"))
        }
    }
}

fn json(message: &impl serde::Serialize) -> Response<Full<Bytes>> {
    match crate::json::bytes(message) {
        Ok(body) => answer(StatusCode::OK, "application/json", body),
        Err(error) => {
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", &error.to_string(), (ALLOW, "GET"))
        }
    }
}

fn may_ask(scrape: &Scrape, shown: Option<&HeaderValue>) -> bool {
    match scrape {
        Scrape::Off => false,
        Scrape::Loopback | Scrape::Open => true,
        Scrape::Key(key) => {
            let token = shown.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
            token.is_some_and(|token| key.matches(token))
        }
    }
}

fn problem(
    status: StatusCode,
    kind: &str,
    detail: &str,
    (name, value): (hyper::header::HeaderName, &'static str),
) -> Response<Full<Bytes>> {
    let problem = Problem {
        kind: kind.to_owned(),
        title: status.canonical_reason().unwrap_or(kind).to_owned(),
        status: status.as_u16(),
        detail: Some(detail.to_owned()),
        request_id: None,
    };
    let body = crate::json::bytes(&problem).unwrap_or_default();
    let mut response = answer(status, "application/problem+json", body);
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

fn answer(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
