//! A thousand deliveries while the receiver is killed at random: none is lost, and each has its effect once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::subject::Receiver;
use crate::sender::{Delivery, change};
use crate::support::PATIENCE;

const DELIVERIES: u32 = 1000;
/// How many are on their way at once.
const SENDERS: usize = 16;
/// How long a sender waits before it tries again.
const AGAIN: Duration = Duration::from_millis(100);
/// How often it is killed, at least.
const KILLS: usize = 10;

#[derive(Clone)]
struct Sender {
    /// Where the receiver is now.
    current: watch::Receiver<String>,
    /// Is told of each delivery that was taken.
    told: mpsc::UnboundedSender<()>,
    attempts: Arc<AtomicUsize>,
}

impl Sender {
    /// Sends one until it is taken. As a real sender does, it signs each attempt anew.
    async fn send(mut self, number: u32) {
        let event = change(&format!("chg_{number}"), &format!("rte_{}", number % 7), number % 60);
        let id = format!("evt_{number}");
        loop {
            self.attempts.fetch_add(1, Ordering::Relaxed);
            let url = self.current.borrow_and_update().clone();
            match Delivery::of(&id, &event).request(&url).send().await {
                Ok(answer) if answer.status() == 202 => return self.told.send(()).expect("the test goes on"),
                Ok(answer) => panic!("{number}: {}", answer.status()),
                // Killed: the next one has another address. Or it ended an idle connection just now: again.
                Err(_) => {
                    let _ = timeout(AGAIN, self.current.changed()).await;
                }
            }
        }
    }
}

pub(super) async fn loses_nothing_and_does_nothing_twice_when_it_is_killed(receiver: Receiver) {
    let running = receiver.start().await;
    let (address, current) = watch::channel(running.url().to_owned());
    let (told, mut accepted) = mpsc::unbounded_channel();
    let attempts = Arc::new(AtomicUsize::new(0));
    let sender = Sender { current, told, attempts: attempts.clone() };
    let all = futures::stream::iter(0..DELIVERIES).map(move |number| sender.clone().send(number));
    let senders = tokio::spawn(all.buffer_unordered(SENDERS).collect::<Vec<_>>());

    let mut running = Some(running);
    let mut kills = 0;
    let mut left = fastrand::u32(20..=90);
    loop {
        match timeout(PATIENCE, accepted.recv()).await {
            Ok(Some(())) => {}
            Ok(None) => break,
            Err(_) => {
                let log = running.take().expect("it runs").terminate().await;
                panic!("it takes no deliveries any more: {log:?}");
            }
        }
        left -= 1;
        if left == 0 {
            running.take().expect("it runs").kill().await;
            kills += 1;
            left = fastrand::u32(20..=90);
            let again = receiver.start().await;
            address.send_replace(again.url().to_owned());
            running = Some(again);
        }
    }
    senders.await.expect("all senders end");
    assert!(kills >= KILLS, "killed {kills} times");
    let mut running = running.expect("it runs");
    loop {
        let pending = receiver.query("SELECT count(*) FROM deliveries WHERE state = 'pending'").await;
        let [pending] = pending.as_slice() else { panic!("one count: {pending:?}") };
        if pending == "0" {
            break;
        }
        // It logs a line for each.
        for _ in 0..pending.parse().expect("a count") {
            running.line().await.expect("its log goes on");
        }
    }

    let all = DELIVERIES.to_string();
    assert_eq!(receiver.query("SELECT state, count(*) FROM deliveries GROUP BY state").await, [format!("done|{all}")]);
    // An effect twice would count twice.
    assert_eq!(receiver.query("SELECT count(*), sum(times) FROM changes").await, [format!("{all}|{all}")]);
    let newest = "SELECT count(*) FROM routes r WHERE latest_detected_at <> (SELECT max(detected_at) FROM changes c WHERE c.route_id = r.route_id)";
    assert_eq!(receiver.query(newest).await, ["0"]);
    assert_eq!(receiver.query("SELECT count(*) FROM routes").await, ["7"]);
    // A kill that met nobody on the way has shown nothing.
    let attempts = attempts.load(Ordering::Relaxed);
    assert!(attempts > DELIVERIES as usize, "{attempts} attempts");
}
