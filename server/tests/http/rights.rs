//! Default deny: every route of the table, by everybody who may not.

use muster::api::routes::{TABLE, Verb};
use muster::auth::Right;
use reqwest::{Method, StatusCode};

use crate::support::{Agent, TestServer};

fn method(verb: Verb) -> Method {
    match verb {
        Verb::Read => Method::GET,
        Verb::Post => Method::POST,
        Verb::Put => Method::PUT,
        Verb::Delete => Method::DELETE,
    }
}

/// The path with something in the place of each parameter.
fn concrete(path: &str) -> String {
    let mut concrete = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        concrete.push_str(before);
        concrete.push('x');
        rest = after.split_once('}').unwrap().1;
    }
    concrete + rest
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_without_the_credentials_that_the_table_asks_for() {
    let server = TestServer::new().await;
    let agent = Agent::new("3c:ec:ef:00:00:01", "ABC1234");
    agent.enrolled(&server).await;
    let strangers = ["", "Bearer nonsense", "Basic YTpi"].map(str::to_owned);
    let agents = [format!("Bearer {}", agent.key.reveal())];
    let operators = [format!("Bearer {}", server.token)];
    for entry in TABLE {
        let wrong: Vec<&String> = match entry.right {
            Right::Anybody | Right::Stranger => continue,
            Right::Agent => strangers.iter().chain(&operators).collect(),
            // Whoever shows nothing is heard; whoever shows something has to be known by it.
            Right::AnyAgent => strangers.iter().skip(1).chain(&operators).collect(),
            Right::Operator | Right::Viewer => strangers.iter().chain(&agents).collect(),
        };
        for credentials in wrong {
            let mut request = server.request(method(entry.verb), &concrete(entry.path));
            if !credentials.is_empty() {
                request = request.header("Authorization", credentials);
            }
            let status = request.send().await.unwrap().status();
            let refused =
                if entry.right == Right::Viewer { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
            assert_eq!(status, refused, "{:?} {} with {credentials:?}", entry.verb, entry.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_way_of_writing_a_path_gets_around_its_gate() {
    let server = TestServer::new().await;
    // The router reads `%68` as `h`; whoever checks rights by the path as it was sent does not.
    let encoded = |path: &str| {
        let encode = |segment: &str| match segment.chars().next() {
            Some(first) if first.is_ascii_alphanumeric() => format!("%{:02x}{}", first as u32, &segment[1..]),
            _ => segment.to_owned(),
        };
        path.split('/').map(encode).collect::<Vec<_>>().join("/")
    };
    for entry in TABLE
        .iter()
        .filter(|entry| !matches!(entry.right, Right::Anybody | Right::Stranger | Right::AnyAgent))
    {
        let path = concrete(entry.path);
        for written in
            [encoded(&path), path.replace('/', "//"), format!("{path}?x"), path.replace('/', "/./")]
        {
            let status = server.request(method(entry.verb), &written).send().await.unwrap().status();
            let closed = matches!(
                status,
                StatusCode::UNAUTHORIZED
                    | StatusCode::SEE_OTHER
                    | StatusCode::NOT_FOUND
                    | StatusCode::BAD_REQUEST
            );
            assert!(closed, "{:?} {written}: {status}", entry.verb);
        }
    }
    let hosts = server.request(Method::GET, "/api/v1/%68osts").send().await.unwrap();
    assert_eq!(hosts.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_in_the_table_does_not_exist() {
    let server = TestServer::new().await;
    for (method, path, status) in [
        (Method::GET, "/nothing", StatusCode::NOT_FOUND),
        (Method::GET, "/api/v1/nothing", StatusCode::NOT_FOUND),
        (Method::PATCH, "/api/v1/hosts", StatusCode::METHOD_NOT_ALLOWED),
        (Method::DELETE, "/agent/v1/sample", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/static/../Cargo.toml", StatusCode::NOT_FOUND),
    ] {
        let response = server.operator(method.clone(), path).send().await.unwrap();
        crate::support::problem(response, status).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_reads_and_changes_nothing() {
    let server = TestServer::new().await;
    let agent = Agent::new("3c:ec:ef:00:00:01", "ABC1234");
    let host = agent.enrolled(&server).await;
    let login = |token: String| {
        let form = server
            .request(Method::POST, "/login")
            .header("Content-Type", "application/x-www-form-urlencoded");
        form.body(format!("token={token}")).send()
    };
    assert_eq!(login("wrong".to_owned()).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let logged_in = login(server.token.clone()).await.unwrap();
    assert_eq!(logged_in.status(), StatusCode::SEE_OTHER);
    let cookie = logged_in.headers()["set-cookie"].to_str().unwrap();
    for flag in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let with_cookie =
        |method: Method, path: &str| server.request(method, path).header("Cookie", cookie.clone()).send();
    assert_eq!(with_cookie(Method::GET, "/").await.unwrap().status(), StatusCode::OK);
    assert_eq!(with_cookie(Method::GET, "/api/v1/hosts").await.unwrap().status(), StatusCode::OK);
    let approve = format!("/api/v1/hosts/{host}/approve");
    assert_eq!(with_cookie(Method::POST, &approve).await.unwrap().status(), StatusCode::UNAUTHORIZED);
    server.clock.advance(std::time::Duration::from_secs(13 * 3600));
    assert_eq!(with_cookie(Method::GET, "/api/v1/hosts").await.unwrap().status(), StatusCode::UNAUTHORIZED);
}
