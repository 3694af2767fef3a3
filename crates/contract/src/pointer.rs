//! JSON pointers (RFC 6901) and the local references that carry them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stays as it is in the fragment of a URI (RFC 3986, section 3.5).
const FRAGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'~').remove(b'-').remove(b'.').remove(b'_').remove(b'$').remove(b'*');

/// Escapes one step of a pointer.
pub(crate) fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

/// The pointer of a child.
pub(crate) fn join(parent: &str, step: &str) -> String {
    format!("{parent}/{}", escape(step))
}

/// The pointer without its last step. The root is its own parent.
pub(crate) fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// The pointer in a local `$ref`, such as `#/components/schemas/Pet`. Nothing if it leaves the document or names an
/// anchor.
pub(crate) fn of_reference(reference: &str) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
    (pointer.is_empty() || pointer.starts_with('/')).then(|| pointer.into_owned())
}

/// The pointer as the fragment of a URI, without `#`.
pub(crate) fn to_fragment(pointer: &str) -> String {
    utf8_percent_encode(pointer, FRAGMENT).to_string()
}

/// The pointer in a URI's fragment.
pub(crate) fn of_uri(uri: &str) -> Option<String> {
    let (_, fragment) = uri.split_once('#')?;
    Some(percent_decode_str(fragment).decode_utf8().ok()?.into_owned())
}
