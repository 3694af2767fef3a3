//! Receives webhooks, verifies them, and prints a line for each.
//!
//! Run it with the webhook's secret:
//!
//! ```text
//! POLICY_AGGREGATOR_WEBHOOK_SECRET=whsec_… cargo run -p policy-aggregator --example receive_webhook
//! ```
//!
//! It listens on `http://127.0.0.1:8080/webhooks`, or on the port in `PORT`.

// ANCHOR: receiver
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Router, routing::post};
use policy_aggregator::webhook::Verifier;

/// Takes webhooks at `/webhooks`, with bodies of 1 MB at most.
pub fn app(verifier: Verifier) -> Router {
    Router::new().route("/webhooks", post(receive)).layer(DefaultBodyLimit::max(1024 * 1024)).with_state(verifier)
}

// `Bytes` is the body as it came: parsed and written again it would have another signature.
async fn receive(State(verifier): State<Verifier>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match verifier.verify(&headers, &body) {
        Ok(event) => {
            println!("verified {} {}", event.id, event.kind());
            StatusCode::NO_CONTENT
        }
        Err(reason) => {
            println!("refused: {reason}");
            StatusCode::UNAUTHORIZED
        }
    }
}
// ANCHOR_END: receiver

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secret = std::env::var("POLICY_AGGREGATOR_WEBHOOK_SECRET")
        .map_err(|_| "set POLICY_AGGREGATOR_WEBHOOK_SECRET to the webhook's secret, whsec_…")?;
    let verifier = Verifier::new([secret]).map_err(|error| format!("POLICY_AGGREGATOR_WEBHOOK_SECRET: {error}"))?;
    let port = std::env::var("PORT").unwrap_or_else(|_| "8080".to_owned());
    let address = format!("127.0.0.1:{port}");
    let listener = tokio::net::TcpListener::bind(&address)
        .await
        .map_err(|error| format!("can't listen on {address}: {error}; choose another port with PORT"))?;
    println!("listening on http://{}/webhooks", listener.local_addr()?);
    axum::serve(listener, app(verifier)).await?;
    Ok(())
}
