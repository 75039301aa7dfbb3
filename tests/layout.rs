//! Guards the layout of `stages/`, which docs/maintainers.md describes: every folder is a whole
//! program, what did not change is a link, and each step is small enough to read.

#[path = "layout/broken.rs"]
mod broken;
#[path = "layout/mod.rs"]
mod layout;

use std::path::Path;

#[test]
fn the_stages_keep_every_rule() {
    let report = layout::report(Path::new(env!("CARGO_MANIFEST_DIR")));
    assert!(report.is_empty(), "{report}");
}
