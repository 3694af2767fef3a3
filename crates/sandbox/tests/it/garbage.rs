//! No input makes the sandbox panic or answer 5xx of itself.

use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::caller::{Caller, sandbox};

/// Sends bytes and reads what comes back until the connection is closed, or nothing more comes.
async fn raw(address: std::net::SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The other side may close before it has read everything.
    let _ = stream.write_all(bytes).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn odd_requests_are_refused_and_the_next_one_is_served() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let auth = format!("authorization: Bearer {}\r\nconnection: close", caller.key);
    let long = "a".repeat(20_000);
    for head in [
        "GET * HTTP/1.1\r\nhost: x".to_owned(),
        "OPTIONS * HTTP/1.1\r\nhost: x".to_owned(),
        "CONNECT example.com:443 HTTP/1.1\r\nhost: x".to_owned(),
        "GET http://[::1/api/v1/me HTTP/1.1\r\nhost: x".to_owned(),
        "GET http://other.example/api/v1/me HTTP/1.1\r\nhost: other.example".to_owned(),
        "GET /api/v1/changes/%00%ff HTTP/1.1\r\nhost: x".to_owned(),
        "GET /api/v1/changes/../../../etc/passwd HTTP/1.1\r\nhost: x".to_owned(),
        "GET //api//v1//me HTTP/1.1\r\nhost: x".to_owned(),
        "GET /api/v1/changes?limit=%zz&cursor=%ff HTTP/1.1\r\nhost: x".to_owned(),
        "GET /api/v1/changes?limit=1&limit=2 HTTP/1.1\r\nhost: x".to_owned(),
        format!("GET /api/v1/changes?cursor={long} HTTP/1.1\r\nhost: x"),
        format!("GET /api/v1/me HTTP/1.1\r\nhost: x\r\nx-long: {long}"),
        "GET /api/v1/me HTTP/1.1\r\nhost: x\r\nif-none-match: \u{fffd}\u{ff}".to_owned(),
        "BREW /api/v1/me HTTP/1.1\r\nhost: x".to_owned(),
        "POST /api/v1/webhooks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99".to_owned(),
        "POST /api/v1/webhooks HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked"
            .to_owned(),
        "POST /api/v1/webhooks HTTP/1.1\r\nhost: x\r\nx-sandbox-request: req_1\r\ncontent-length: 0".to_owned(),
    ] {
        let answer = raw(sandbox.address(), format!("{head}\r\n{auth}\r\n\r\n").as_bytes()).await;
        assert!(!answer.starts_with("HTTP/1.1 5"), "{head}: {answer}");
        assert_eq!(caller.get("/api/v1/routes?limit=1").await.status, 200, "after {head}");
        caller.post("/sandbox/reset", serde_json::json!({})).await;
    }
    for bytes in
        [&b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1"[..], b"\0\0\0\0", b"GET", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    {
        raw(sandbox.address(), bytes).await;
        assert_eq!(caller.get("/api/v1/me").await.status, 200);
    }
}

#[tokio::test]
async fn a_page_elsewhere_can_not_use_the_sandbox_by_a_name_that_it_points_here() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    let port = sandbox.address().port();
    for (host, expected) in [
        (format!("localhost:{port}"), 200),
        (format!("127.0.0.1:{port}"), 200),
        (format!("rebound.example:{port}"), 421),
        ("10.0.0.5".to_owned(), 421),
    ] {
        let answer = caller.request(Method::GET, "/api/v1/me").header("host", &host).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{host}");
    }
}

#[tokio::test]
async fn many_headers_are_refused_by_the_api_and_not_by_its_insides() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    for count in [50, 85, 95, 99] {
        let mut request = caller.request(Method::GET, "/api/v1/me");
        for index in 0..count {
            request = request.header(format!("x-header-{index}"), "x");
        }
        let status = request.send().await.unwrap().status().as_u16();
        assert!(matches!(status, 200 | 400 | 431), "{count} headers: {status}");
    }
}

#[tokio::test]
async fn random_requests_never_get_a_5xx() {
    let sandbox = sandbox().await;
    let caller = Caller::new(&sandbox);
    caller.put("/sandbox/rate-limit", serde_json::json!({ "requests": 1_000_000 })).await;
    let mut random = fastrand::Rng::with_seed(8_7);
    let pieces = [
        "api",
        "v1",
        "changes",
        "routes",
        "webhooks",
        "deliveries",
        "test",
        "rotate-secret",
        "{id}",
        "%2F",
        "..",
        "",
        "whk_5tGb7NhY3mJuK9Lq",
        "%F0%9F%92%A9",
        "?",
        "limit=1",
        "&",
        "=",
        "cursor=cur_ffffffffffffffffffffffff",
        ";",
    ];
    let bodies = [
        "",
        "null",
        "[]",
        "{}",
        "0",
        "\"\"",
        "{\"url\":null}",
        "{\"url\":\"https://x\",\"events\":[]}",
        "\u{0}",
        "{\"url\":\"https://\\u0000\",\"events\":[\"webhook.test\",\"webhook.test\"]}",
        "[[[[[[[[[[[[[[[[",
        "1e999",
        "{\"overlap_seconds\":1e308}",
        "{\"overlap_seconds\":-1}",
        "{\"url\":\"a\",\"url\":\"b\"}",
    ];
    let methods = ["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "QUERY"];
    for _ in 0..600 {
        let path: Vec<_> = (0..random.usize(1..7)).map(|_| pieces[random.usize(..pieces.len())]).collect();
        let method = Method::from_bytes(methods[random.usize(..methods.len())].as_bytes()).unwrap();
        let body = bodies[random.usize(..bodies.len())];
        let media_type =
            ["application/json", "text/plain", "", "application/json; charset=\"", "*/*"][random.usize(..5)];
        let request = caller.request(method, &format!("/api/{}", path.join("/"))).header("content-type", media_type);
        let Ok(answer) = request.body(body).send().await else { continue };
        let status = answer.status().as_u16();
        assert!(status < 500, "{path:?} {body}: {status} {}", answer.text().await.unwrap());
    }
    assert_eq!(sandbox.violations(), Vec::<String>::new());
}
