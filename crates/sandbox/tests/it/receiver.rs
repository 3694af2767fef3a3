//! A receiver of webhooks that answers as a test tells it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::response::IntoResponse;
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// A delivery as it came.
#[derive(Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// An answer to give: a status, and headers.
pub type Reply = (u16, Vec<(&'static str, &'static str)>);

pub struct Receiver {
    pub url: String,
    pub inbox: mpsc::UnboundedReceiver<Received>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
}

struct Desk {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    inbox: mpsc::UnboundedSender<Received>,
}

impl Receiver {
    /// Starts a receiver that answers 204.
    pub async fn start() -> Self {
        let replies = Arc::new(Mutex::new(VecDeque::new()));
        let (sender, inbox) = mpsc::unbounded_channel();
        let desk = Arc::new(Desk { replies: replies.clone(), inbox: sender });
        let app = axum::Router::new().route("/hook", axum::routing::post(take)).with_state(desk);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, inbox, replies }
    }

    /// Gives these answers first, in this order.
    pub fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    /// The next delivery.
    pub async fn next(&mut self) -> Received {
        let wait = tokio::time::timeout(std::time::Duration::from_secs(20), self.inbox.recv());
        wait.await.expect("a delivery within 20 s").expect("the receiver runs")
    }
}

async fn take(State(desk): State<Arc<Desk>>, headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let (status, extra) = desk.replies.lock().unwrap().pop_front().unwrap_or((204, Vec::new()));
    desk.inbox.send(Received { headers, body }).unwrap();
    let mut reply = StatusCode::from_u16(status).unwrap().into_response();
    for (name, value) in extra {
        reply.headers_mut().insert(name, value.parse().unwrap());
    }
    reply
}
