//! The documents that the web apps' types are made from are those of this source. After a change:
//! `GATEHOUSE_WRITE_OPENAPI=1 cargo test -p api --test openapi`.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use api::contract::App;

#[test]
fn the_committed_documents_are_current() {
    for app in App::ALL {
        let file = format!("openapi/{}.json", app.as_str());
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        let document = app.document().unwrap();
        if std::env::var_os("GATEHOUSE_WRITE_OPENAPI").is_some() {
            std::fs::write(&path, &document).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == document, "{file} is not current; see the head of this test");
    }
}
