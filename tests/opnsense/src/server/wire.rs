//! From the wire to an answer, with all that goes wrong on the way.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd as _;
use std::sync::{Arc, Mutex};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::http::StatusCode;
use actix_web::rt::net::TcpStream as Socket;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{Logged, Order, Shared, lock};
use crate::desk::Desk;
use crate::request::{Answer, Request, page};
use crate::route;
use crate::state::SaveTrouble;
use crate::trouble::{Trouble, canned};

/// Keeps hold of a connection, so that it can be ended.
pub(super) fn note(shared: &Shared, io: &dyn Any, data: &mut actix_web::dev::Extensions) {
    let socket = io.downcast_ref::<Socket>();
    let socket = socket.or_else(|| io.downcast_ref::<TlsStream<Socket>>().map(|stream| stream.get_ref().0));
    let Some(Ok(owned)) = socket.map(|socket| socket.as_fd().try_clone_to_owned()) else { return };
    let kept = Arc::new(TcpStream::from(owned));
    let mut sockets = lock(&shared.sockets);
    sockets.retain(|socket| socket.strong_count() > 0);
    sockets.push(Arc::downgrade(&kept));
    data.insert(kept);
}

/// Answers one request.
pub(super) async fn answer(http: HttpRequest, body: web::Bytes, shared: web::Data<Shared>) -> HttpResponse {
    let Some(request) = request_of(&http, &body) else { return login_page() };
    let at = log(&shared, &request);
    let struck: Vec<Arc<Mutex<Trouble>>> = {
        let mut troubles = lock(&shared.troubles);
        let near = troubles.iter_mut();
        let strikes = near.filter_map(|armed| armed.strikes(&request.method, &request.path));
        strikes.collect()
    };
    let mut save = SaveTrouble::default();
    for what in &struck {
        match before(&shared, what, &request.path, &mut save) {
            Step::On => {}
            Step::Wait(time) => actix_web::rt::time::sleep(time).await,
            Step::Hang => std::future::pending().await,
            Step::Cut => return cut(&http),
            Step::Say(answer) => return send(&shared, at, answer, None),
        }
    }
    let worker = shared.clone().into_inner();
    let (todo, hands) = (request.clone(), struck.clone());
    let done = web::block(move || process(&worker, &todo, save, &hands)).await;
    let (answer, user) = done.unwrap_or_else(|_| (Answer::unexpected(), None));
    for what in &struck {
        match *lock(what) {
            Trouble::HangAfter => {}
            Trouble::DropAfter => return cut(&http),
            _ => continue,
        }
        return std::future::pending().await;
    }
    send(&shared, at, answer, user)
}

/// What a trouble does before the request is done.
enum Step {
    On,
    Wait(std::time::Duration),
    Hang,
    Cut,
    Say(Answer),
}

fn before(shared: &web::Data<Shared>, what: &Mutex<Trouble>, path: &str, save: &mut SaveTrouble) -> Step {
    match &mut *lock(what) {
        Trouble::Delay(time) => return Step::Wait(*time),
        Trouble::Hang => return Step::Hang,
        Trouble::DropBefore => return Step::Cut,
        Trouble::LostUpdate => save.overwritten = true,
        Trouble::DiskFull => save.full_disk = true,
        Trouble::Before(hand) => hand(&mut Desk::new(&mut lock(&shared.state), "admin")),
        Trouble::Restart(time) => {
            let (shared, time) = (shared.clone().into_inner(), *time);
            std::thread::spawn(move || {
                shared.order(Order::Down);
                std::thread::sleep(time);
                shared.order(Order::Up);
            });
            return Step::Cut;
        }
        other => return canned(other, path).map_or(Step::On, Step::Say),
    }
    Step::On
}

fn process(
    shared: &Shared,
    request: &Request,
    save: SaveTrouble,
    hands: &[Arc<Mutex<Trouble>>],
) -> (Answer, Option<String>) {
    // Sorted out before the state is held: a hand that is at work waits for the state.
    let after: Vec<_> = hands.iter().filter(|hand| matches!(*lock(hand), Trouble::After(_))).collect();
    let mut state = lock(&shared.state);
    state.trouble = save;
    let result = route::answer(&mut state, request);
    state.trouble = SaveTrouble::default();
    for hand in after {
        if let Trouble::After(hand) = &mut *lock(hand) {
            hand(&mut Desk::new(&mut state, "admin"));
        }
    }
    result
}

fn request_of(http: &HttpRequest, body: &[u8]) -> Option<Request> {
    let header = |name: &str| http.headers().get(name).and_then(|value| value.to_str().ok());
    // Commas between uuids may come escaped.
    let path = http.uri().path().replace("%2C", ",").replace("%2c", ",");
    Some(Request {
        method: http.method().to_string(),
        path: path.strip_prefix("/api/")?.to_owned(),
        query: http.query_string().to_owned(),
        content_type: header("content-type").unwrap_or_default().to_owned(),
        measured: header("content-length").or_else(|| header("transfer-encoding")).is_some(),
        body: body.to_vec(),
        authorization: header("authorization").map(str::to_owned),
        peer: http.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default(),
    })
}

fn log(shared: &Shared, request: &Request) -> usize {
    let mut log = lock(&shared.log);
    log.push(Logged {
        method: request.method.clone(),
        path: request.path.clone(),
        body: String::from_utf8_lossy(&request.body).into_owned(),
        user: None,
        status: None,
    });
    log.len() - 1
}

fn send(shared: &Shared, at: usize, answer: Answer, user: Option<String>) -> HttpResponse {
    // Whoever forgot the log meanwhile does not want to know.
    if let Some(logged) = lock(&shared.log).get_mut(at) {
        (logged.user, logged.status) = (user, Some(answer.status));
    }
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    response.content_type(answer.content_type);
    response.insert_header(("Server", "OPNsense"));
    response.append_header((
        "Set-Cookie",
        "PHPSESSID=0a1b2c3d4e5f6a7b8c9d; path=/; secure; HttpOnly; SameSite=Lax",
    ));
    response.append_header(("Set-Cookie", "cookie_test=1; path=/; secure; HttpOnly"));
    for (name, value) in answer.headers {
        response.insert_header((name, value));
    }
    response.body(answer.body)
}

/// Ends the connection: whatever is sent afterwards goes nowhere.
fn cut(http: &HttpRequest) -> HttpResponse {
    if let Some(socket) = http.conn_data::<Arc<TcpStream>>() {
        socket.shutdown(Shutdown::Both).ok();
    }
    HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE).force_close().finish()
}

/// What a person sees.
fn login_page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=UTF-8").body(page("Login | OPNsense"))
}
