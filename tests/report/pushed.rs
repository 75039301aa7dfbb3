//! From real pushes to the report.

use crate::class::Class;
use serde_json::Value;
use std::fs;

pub fn pushes_are_reported_from_the_host_and_from_a_clone() {
    let class = Class::new();
    class.host("ada.git", "Ada L");
    class.run("git", &["clone", "-q", "ada.git", "ada"]);
    let push = |project: &str| {
        fs::write(class.path("ada/challenge.toml"), project).expect("a file of the clone");
        class.run("git", &["-C", "ada", "commit", "-q", "-a", "-m", "A try"]);
        class.run("git", &["-C", "ada", "push", "-q"]);
    };
    push("language = \"shell\"\nrun = \"false\"\n");
    push("language = \"shell\"\nbuild = \"false\"\nrun = \"false\"\n");
    let before = class.report("json", &["ada"]);
    assert!(before.contains("\"pushes\": 0"), "nothing has been fetched: {before}");
    class.run("git", &["-C", "ada", "fetch", "-q"]);
    for repository in ["ada.git", "ada"] {
        let rows: Value = serde_json::from_str(&class.report("json", &[repository])).expect("JSON");
        let row = ["name", "pushes", "build_failures", "stages_passed"].map(|key| &rows[0][key]);
        assert_eq!(row.map(Value::to_string), ["\"Ada L\"", "2", "1", "0"], "{repository}");
        assert_eq!(rows[0]["stages"][0]["tries"], 2, "{repository}");
    }
}
