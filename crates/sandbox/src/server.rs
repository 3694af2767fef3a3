//! Accepts connections, and hands what is not the API's to a fallback.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use proofbook_webhook::destination::is_localhost;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::front::{Dropped, Front};

/// How many connections are open at once; more wait to be accepted. Each can hold a body of the limit in memory.
const MAX_CONNECTIONS: usize = 1024;
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause after a failed accept, most often for want of file descriptors, so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until it is aborted; then all connections are closed.
pub async fn run(listener: TcpListener, front: Arc<Front>, fallback: Router) {
    let local_only = listener.local_addr().is_ok_and(|address| address.ip().is_loopback());
    let mut connections = JoinSet::new();
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(permit) = room.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let connection = serve(stream, front.clone(), fallback.clone(), local_only);
                connections.spawn(async move {
                    connection.await;
                    drop(permit);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, front: Arc<Front>, fallback: Router, local_only: bool) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let (front, fallback) = (front.clone(), fallback.clone());
        async move {
            match local_only && !names_this_machine(&request) {
                true => Ok(misdirected()),
                false => dispatch(front, fallback, request).await,
            }
        }
    });
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    if let Err(error) = server.serve_connection_with_upgrades(TokioIo::new(stream), service).await {
        tracing::debug!(error, "a connection ended early");
    }
}

async fn dispatch(front: Arc<Front>, fallback: Router, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
    let path = request.uri().path();
    if path == "/sandbox" || path.starts_with("/sandbox/") {
        return Ok(route(front.controls(), request).await);
    }
    if front.owns(path) {
        return front.handle(request).await;
    }
    Ok(route(fallback, request).await)
}

async fn route(router: Router, request: Request<Incoming>) -> Response<Body> {
    match router.oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Whether a request is for this machine by a name that only this machine can have. A web page elsewhere that has its own
/// name resolve to a loopback address (DNS rebinding) would otherwise be able to use the sandbox, and through its webhooks
/// everything that listens here.
fn names_this_machine(request: &Request<Incoming>) -> bool {
    let header = request.headers().get(http::header::HOST).and_then(|host| host.to_str().ok());
    let Some(host) = request.uri().host().or(header) else { return true };
    match url::Url::parse(&format!("http://{host}")).as_ref().map(url::Url::host) {
        Ok(Some(url::Host::Domain(name))) => is_localhost(name),
        Ok(Some(url::Host::Ipv4(address))) => address.is_loopback(),
        Ok(Some(url::Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

fn misdirected() -> Response<Body> {
    let text = "This sandbox listens only for its own machine: call it as 127.0.0.1 or localhost.\n";
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = http::StatusCode::MISDIRECTED_REQUEST;
    response
}
