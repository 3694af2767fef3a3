//! x
#![allow(clippy::unwrap_used)]
use proofbook_contract::*;
fn main() {
    let t = std::time::Instant::now();
    let c = Contract::from_path(std::env::args().nth(1).unwrap());
    println!("{:?}", t.elapsed());
    let c = match c {
        Ok(c) => c,
        Err(e) => {
            println!("{e}");
            return;
        }
    };
    for v in c.check_examples() {
        println!("EX {v}");
    }
    println!("{:?}", t.elapsed());
    let h = http::HeaderMap::new();
    let mut hj = http::HeaderMap::new();
    hj.insert("content-type", "application/json".parse().unwrap());
    for (m, p, q, b) in [
        ("GET", "/api/v1/changes", Some("limit=500&lmit=3&sort=x&cursor=%zz&visa_type=studnet&limit=3"), ""),
        ("POST", "/api/v1/webhooks", None, r#"{"url":5,"event":["chnage.detected"]}"#),
        ("POST", "/api/webhooks/test", None, r#"{}"#),
        ("POST", "/api/webhooks/test", None, r#"{"url":"https://a.example/","webhook_id":"whk_5tGb7NhY3mJuK9Lq"}"#),
        ("GET", "/api/v1/change", None, ""),
        ("PUT", "/api/v1/changes", None, ""),
        ("GET", "/api/v1/routes/x", None, ""),
        ("GET", "/v1/routes", None, ""),
    ] {
        println!("{m} {p}");
        for v in c.check_request(&Request { method: m, path: p, query: q, headers: &hj, body: b.as_bytes() }) {
            println!("   {:?} {:?} {v}", v.kind, v.place);
        }
    }
    let _ = h;
    let body = r#"{"data":[{"id":"x","visa_type":"studnet", "last_checked_at": 4}],"next_cursor":5}"#;
    for v in c.check_response(
        c.operation("listRoutes").unwrap(),
        &Response { status: 200, headers: &hj, body: body.as_bytes() },
    ) {
        println!("   {:?} {:?} {v}", v.kind, v.place);
    }
    for e in c.events() {
        for v in c.check_event(e, br#"{"type":"change.detectd","timestamp":"2026"}"#) {
            println!("   {e} {:?} {:?} {v}", v.kind, v.place);
        }
    }
    let mut bad = 0;
    for (name, s) in c.document()["components"]["schemas"].as_object().unwrap() {
        let x = c.sample(s);
        for v in c.check_schema(&format!("/components/schemas/{name}"), &x) {
            bad += 1;
            println!("SAMPLE {name} {v}\n {x}");
        }
    }
    println!("bad {bad}");
    for o in c.operations() {
        for (st, _) in o.responses() {
            let st: u16 = st.parse().unwrap_or(200);
            let e = c.example_response(o, st);
            let mut h = http::HeaderMap::new();
            for (k, v) in &e.headers {
                h.insert(http::HeaderName::try_from(k.as_str()).unwrap(), v.parse().unwrap());
            }
            if let Some(m) = &e.media_type {
                h.insert("content-type", m.parse().unwrap());
            }
            let b = e.body.map(|b| b.to_string()).unwrap_or_default();
            for v in c.check_response(o, &Response { status: st, headers: &h, body: b.as_bytes() }) {
                println!("EXR {} {st} {v}", o.id);
            }
        }
    }
    println!(
        "{}",
        serde_json::to_string(&c.check_request(&Request {
            method: "GET",
            path: "/api/v1/routes",
            query: Some("a=b"),
            headers: &hj,
            body: b""
        }))
        .unwrap()
    );
    println!("{:?}", t.elapsed());
}
