//! Tells open pages to reload, by the message that mdBook's own script on each page waits for.

use super::desk::Desk;
use axum::extract::ws::{Message, WebSocket};
use axum::extract::{Query, State, WebSocketUpgrade};
use axum::response::Response;
use std::collections::HashMap;
use std::sync::Arc;

/// Where pages listen.
pub(crate) const PATH: &str = "/__livereload";

/// What mdBook's script understands.
const RELOAD: &str = "reload";

/// The endpoint for the pages of an edition, as mdBook wants it: without the leading slash. It names the edition, so that a
/// page whose book was rebuilt before it could listen is told at once.
pub(crate) fn endpoint(edition: u64) -> String {
    format!("{}?edition={edition}", PATH.trim_start_matches('/'))
}

/// Opens the connection of one page.
pub(super) async fn answer(
    State(desk): State<Arc<Desk>>,
    Query(query): Query<HashMap<String, String>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let edition = query.get("edition").and_then(|number| number.parse().ok());
    upgrade.on_upgrade(move |socket| attend(socket, desk, edition))
}

async fn attend(mut socket: WebSocket, desk: Arc<Desk>, edition: Option<u64>) {
    // Listen first, then compare: what changes in between is not lost.
    let mut changes = desk.shelf.changes();
    let newest = desk.shelf.front().edition.number;
    if edition.is_none_or(|edition| edition == newest) {
        tokio::select! {
            // Falling behind says no more than a message does: something changed.
            _ = changes.recv() => {}
            () = gone(&mut socket) => return,
        }
    }
    // A page that went away meanwhile needs no message.
    let _ = socket.send(Message::text(RELOAD)).await;
}

/// Ends when the page does. A page sends nothing else that matters.
async fn gone(socket: &mut WebSocket) {
    while let Some(Ok(_)) = socket.recv().await {}
}
