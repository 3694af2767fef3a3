//! `proofbook test --watch`: save, and see what it made of the page.

use std::fs;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::timeout;

use crate::support::{PATIENCE, command, copy_of};

#[tokio::test]
async fn saving_a_page_tests_that_page_again() {
    let book = copy_of("action/docs");
    let mut child = command(&["test", "--watch", "--book", book.path().to_str().expect("UTF-8")])
        .kill_on_drop(true)
        .spawn()
        .expect("the binary starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut until = async |wanted: &str| {
        let mut seen = Vec::new();
        loop {
            let line =
                timeout(PATIENCE, lines.next_line()).await.unwrap_or_else(|_| panic!("no `{wanted}` in {seen:?}"));
            let line = line.expect("output").unwrap_or_else(|| panic!("it ended after {seen:?}"));
            if line.contains(wanted) {
                return;
            }
            seen.push(line);
        }
    };
    until("All holds.").await;

    let page = book.path().join("src/greetings.md");
    let text = fs::read_to_string(&page).expect("the page");
    fs::write(&page, text.replace("echo \"hello", "echo \"good night")).expect("written");
    until("src/greetings.md:9: wrong-output").await;
    until("1 finding.").await;

    fs::write(&page, text).expect("written");
    until("All holds.").await;
}
