//! What browsers get.

use reqwest::{Method, StatusCode};

use crate::support::{Agent, TestServer, expect};

#[tokio::test(flavor = "multi_thread")]
async fn the_list_and_a_host_show_what_there_is() {
    let server = TestServer::new().await;
    let empty = expect(server.operator(Method::GET, "/").send().await.unwrap(), StatusCode::OK).await;
    assert!(empty.contains("None yet") && empty.contains("/boot/boot.ipxe"), "{empty}");
    let agent = Agent::new("3c:ec:ef:00:00:01", "ABC1234");
    let host = agent.enrolled(&server).await;
    expect(agent.send(&server, Method::PUT, "/agent/v1/inventory", &agent.report()).await, StatusCode::OK)
        .await;
    let list = server.operator(Method::GET, "/").send().await.unwrap();
    let policy = list.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let list = expect(list, StatusCode::OK).await;
    assert!(list.contains("PowerEdge R650") && list.contains(&format!("/hosts/{host}")), "{list}");
    let shown =
        expect(server.operator(Method::GET, &format!("/hosts/{host}")).send().await.unwrap(), StatusCode::OK);
    let shown = shown.await;
    assert!(
        shown.contains("ABC1234") && shown.contains("D-ABC1234") && shown.contains("Boot trail"),
        "{shown}"
    );
    let missing = server.operator(Method::GET, "/hosts/nobody").send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let style =
        expect(server.request(Method::GET, "/static/style.css").send().await.unwrap(), StatusCode::OK).await;
    assert!(style.contains("@media"));
}
