use super::body::Side;
use super::{Response, header_items, header_text};
use crate::coerce;
use crate::contract::Contract;
use crate::explain::Subject;
use crate::operation::{Header, Operation};
use crate::pointer::join;
use crate::violation::{Place, Violation, ViolationKind};

impl Contract {
    /// Judges a response of an operation: status, documented headers, media type, body. Undocumented headers are
    /// allowed.
    ///
    /// Empty if the response keeps the contract. At most 100 violations of a body are listed.
    #[must_use]
    pub fn check_response(&self, operation: &Operation, response: &Response<'_>) -> Vec<Violation> {
        let own = self.operation(&operation.id);
        if own.is_none_or(|own| !std::ptr::eq(own, operation) && own != operation) {
            let message = format!("the contract has no operation `{}` as it was given", operation.id);
            return vec![Violation::new(ViolationKind::UnknownOperation, Place::Method, "/paths", message)];
        }
        let Some(documented) = operation.response(response.status) else {
            let known = crate::explain::list(operation.responses().map(|(status, _)| status.to_owned()), "or");
            let status = response.status;
            let message = format!("`{}` does not document the status {status}; it must be {known}", operation.id);
            let at = join(operation.pointer(), "responses");
            return vec![Violation::new(ViolationKind::UndocumentedStatus, Place::Status, at, message)];
        };
        let mut out = Vec::new();
        for header in documented.headers() {
            self.check_response_header(header, response, &mut out);
        }
        let place = Place::Body { pointer: String::new() };
        // These have no body, whatever is documented (RFC 9110, section 6.4.1).
        let bodiless = matches!(response.status, 100..=199 | 204 | 304) || operation.method == "HEAD";
        match (documented.content(), response.body) {
            ([], []) => {}
            (_, []) if bodiless => {}
            ([], _) => {
                let status = response.status;
                let message = format!("the response {status} has a body; the contract documents none");
                out.push(Violation::new(ViolationKind::UnexpectedBody, place, documented.pointer(), message));
            }
            (_, body) if bodiless && !body.is_empty() => {
                let message = format!("the response {} has a body; such a response can't have one", response.status);
                out.push(Violation::new(ViolationKind::UnexpectedBody, place, documented.pointer(), message));
            }
            (_, []) => {
                let message = format!("the response {} has no body; the contract documents one", response.status);
                out.push(Violation::new(ViolationKind::MissingBody, place, documented.pointer(), message));
            }
            (content, body) => {
                let content = (documented.pointer(), content);
                self.check_body(Side::Response, response.headers, body, content, &mut out);
            }
        }
        out
    }

    fn check_response_header(&self, header: &Header, response: &Response<'_>, out: &mut Vec<Violation>) {
        let place = || Place::Header { name: header.name.clone() };
        let name = &header.name;
        let text = match header_text(response.headers, name) {
            Some(Ok(text)) => text,
            Some(Err(())) => {
                let message = format!("header `{name}` has a character that is not visible ASCII");
                return out.push(Violation::new(ViolationKind::InvalidHeader, place(), &header.pointer, message));
            }
            None if header.required => {
                let status = response.status;
                let message = format!("header `{name}` is missing; the response {status} must have it");
                return out.push(Violation::new(ViolationKind::MissingHeader, place(), &header.pointer, message));
            }
            None => return,
        };
        let candidates = coerce::candidates(&header_items(text, header.shape.list), header.shape);
        if candidates.iter().any(|value| self.schemas().is_valid(&header.schema, value)) {
            return;
        }
        if let Some(first) = candidates.first() {
            self.schemas().check(self.doc(), &header.schema, first, &Subject::Header(header), out);
        }
    }
}
