//! The wiremock servers, one mock an operation.
//!
//! wiremock keeps each request that a mock matched for as long as its server lives, to verify expectations, even with
//! request recording switched off. So that the sandbox can run for days, a server is replaced after
//! [`REQUESTS_PER_SERVER`] requests; what is under way on the old one ends there. The state lives in the behaviour,
//! not in the mocks, and so outlives the server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use proofbook_contract::{Contract, Find, Operation};
use wiremock::matchers::any;
use wiremock::{Match, Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::behaviour::{Answer, Behaviour, Call, Refusal};
use crate::front::{InFlight, Pending};
use crate::generic;
use crate::reply::Reply;

/// After how many requests a server is replaced: 64 KiB each at most, so 128 MiB at the very most.
const REQUESTS_PER_SERVER: u64 = 2048;

/// The header that carries the request's id over the hop to wiremock.
pub(crate) const ID_HEADER: &str = "x-sandbox-request";

/// The wiremock server of the moment.
pub(crate) struct Backend {
    contract: Contract,
    behaviour: Arc<dyn Behaviour>,
    in_flight: Arc<InFlight>,
    current: Mutex<Arc<MockServer>>,
    renewing: tokio::sync::Mutex<()>,
    served: AtomicU64,
}

impl Backend {
    pub(crate) async fn start(contract: Contract, behaviour: Arc<dyn Behaviour>, in_flight: Arc<InFlight>) -> Self {
        let server = mount(&contract, &behaviour, &in_flight).await;
        Self {
            contract,
            behaviour,
            in_flight,
            current: Mutex::new(Arc::new(server)),
            renewing: tokio::sync::Mutex::default(),
            served: AtomicU64::new(0),
        }
    }

    /// The server for one request. Keep it until the answer is there.
    pub(crate) async fn server(&self) -> Arc<MockServer> {
        if self.served.fetch_add(1, Ordering::Relaxed) >= REQUESTS_PER_SERVER
            && let Ok(_only_one) = self.renewing.try_lock()
        {
            self.served.store(0, Ordering::Relaxed);
            let fresh = Arc::new(mount(&self.contract, &self.behaviour, &self.in_flight).await);
            *self.current.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
        self.current.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn mount(contract: &Contract, behaviour: &Arc<dyn Behaviour>, in_flight: &Arc<InFlight>) -> MockServer {
    let server = MockServer::builder().disable_request_recording().start().await;
    for operation in contract.operations() {
        let responder = Responder {
            contract: contract.clone(),
            behaviour: behaviour.clone(),
            in_flight: in_flight.clone(),
            known: behaviour.knows(operation),
        };
        let wanted = Wanted { operation: operation.id.clone(), in_flight: in_flight.clone() };
        Mock::given(wanted).respond_with(responder).named(operation.id.clone()).mount(&server).await;
    }
    // The front hands over only requests that have an operation; this one is for whoever finds the port by himself.
    let stranger = ResponseTemplate::new(404).set_body_string("Call the sandbox at the address that it prints.\n");
    Mock::given(any()).respond_with(stranger).with_priority(u8::MAX).mount(&server).await;
    server
}

/// Matches the requests that the contract assigns to one operation.
struct Wanted {
    operation: String,
    in_flight: Arc<InFlight>,
}

impl Match for Wanted {
    fn matches(&self, request: &Request) -> bool {
        pending(&self.in_flight, request).is_some_and(|pending| pending.operation == self.operation)
    }
}

fn pending(in_flight: &InFlight, request: &Request) -> Option<Arc<Pending>> {
    in_flight.get(request.headers.get(ID_HEADER)?.to_str().ok()?)
}

struct Responder {
    contract: Contract,
    behaviour: Arc<dyn Behaviour>,
    in_flight: Arc<InFlight>,
    known: bool,
}

impl Responder {
    fn answer(&self, pending: &Pending, operation: &Operation, request: &Request) -> Answer {
        let call = Call {
            operation,
            path: &pending.path,
            query: pending.query.as_deref(),
            headers: &request.headers,
            body: &request.body,
            too_large: pending.too_large,
            request_id: &pending.request_id,
            violations: &pending.violations,
        };
        if self.known { self.behaviour.answer(&call) } else { Answer::Now(generic::answer(&self.contract, &call)) }
    }
}

impl Respond for Responder {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let Some(pending) = pending(&self.in_flight, request) else {
            return ResponseTemplate::new(404);
        };
        let Some(operation) = self.contract.operation(&pending.operation) else {
            let refusal = Refusal::NoOperation(Find::NotFound);
            return self.behaviour.refuse(&request.headers, &pending.request_id, refusal).into_template();
        };
        match self.answer(&pending, operation, request) {
            Answer::Now(reply) => reply.into_template(),
            Answer::Fault { reply, delay, keeps_contract } => {
                pending.set_fault(keeps_contract);
                reply.into_template().set_delay(delay)
            }
            Answer::Drop => {
                pending.set_dropped();
                Reply::empty(204).into_template()
            }
            Answer::Later(later) => {
                pending.set_later(later);
                Reply::empty(204).into_template()
            }
        }
    }
}
