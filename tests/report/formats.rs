//! The table, JSON and CSV.

use crate::class::{Class, Push};
use crate::people;
use serde_json::{Value, json};
use std::io::Write;
use std::process::Stdio;
use test_support::{course, is_made};

pub fn the_table_has_a_row_for_everybody_in_their_order() {
    let class = Class::new();
    let table = class.report("text", &people::everybody(&class));
    is_made("tests/report/table.txt", "\n\n", "(the end)", &table);
}

/// What docs/teachers.md shows, but for the commit.
pub fn the_book_shows_what_is_printed() {
    let class = Class::new();
    people::everybody(&class);
    let table = class.report("text", &["amara.git", "lena.git", "priya.git"]);
    is_made("docs/teachers.md", "$ challenge report *.git\n", "```", &table);
    let rows = class.report("json", &["priya.git"]);
    let (first_stage, _) = rows.split_once("        \"commit\"").expect("a stage passed");
    is_made("docs/teachers.md", "```text\n[", "        \"commit\": \"…\"", &first_stage[1..]);
}

/// Text that would clear the screen, name the window, and write from right to left.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;mine\u{7}\r\n\t\u{202e}\u{9b}31m";

pub fn nothing_in_the_table_commands_a_terminal() {
    let class = Class::new();
    let pushes = [Push::new("2026-11-02T10:00:00Z", 1).in_language(HOSTILE).on(HOSTILE)];
    class.hosted("ada.git", HOSTILE, &pushes);
    for format in ["text", "csv"] {
        let text = class.report(format, &["ada.git"]);
        let text = text.replace("\r\n", "\n"); // the line ends of CSV
        let is_fine =
            |c: char| c == '\n' || !(c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(text.chars().all(is_fine) && text.lines().count() == 2, "{text:?}");
        assert!(text.contains("\\u{1b}[2J"), "it is shown: {text}");
    }
}

/// Two stages, of which one is lost; a build that fails, another branch, and a stage that passes last.
fn eventful() -> Vec<Push> {
    vec![
        Push::new("2026-11-02T10:00:00Z", 0),
        Push::new("2026-11-02T10:05:00Z", 0),
        Push::new("2026-11-02T10:10:00Z", 2),
        Push::not_built("2026-11-02T10:15:00Z"),
        Push::new("2026-11-02T10:20:00Z", 1),
        Push::new("2026-11-02T10:30:00Z", 4).on("idea"),
        Push::new("2026-11-02T11:00:05Z", 2).in_language("go"),
    ]
}

pub fn json_has_every_number_under_its_key() {
    let class = Class::new();
    class.hosted("ada.git", "Ada", &eventful());
    class.hosted("new.git", "Nobody yet", &[]);
    let rows: Value =
        serde_json::from_str(&class.report("json", &["new.git", "ada.git"])).expect("JSON");
    let mut ada = rows[0].clone();
    let main = class.run("git", &["-C", "ada.git", "rev-parse", "main"]).trim().to_owned();
    let stages = ada.as_object_mut().and_then(|row| row.remove("stages")).expect("they are there");
    assert_eq!(
        ada,
        json!({
            "name": "Ada", "language": "go", "repository": "ada.git", "stages_passed": 2,
            "stages_now": 2, "pushes": 7, "regressions": 1, "build_failures": 1,
            "first_push": "2026-11-02T10:00:00Z", "last_push": "2026-11-02T11:00:05Z",
            "interrupted": 0, "not_graded": 0, "main": main, "main_is_graded": true,
            "source_lines": 220, "source_bytes": 9000, "binary_files": 0, "waived": [],
            "remarks": [],
        })
    );
    let commit = stages[1]["commit"].as_str().expect("it has passed");
    assert_eq!(
        class.run("git", &["-C", "ada.git", "log", "-1", "--format=%s", commit]),
        "Push 3\n"
    );
    assert_eq!(
        [&stages[1], &stages[2], &stages[3]],
        [
            &json!({
                "number": 1, "slug": "ping", "passed": true, "fails_again": false, "tries": 1,
                "seconds": 0, "passed_at": "2026-11-02T10:10:00Z", "push": 3, "commit": commit,
            }),
            &json!({
                "number": 2, "slug": "echo", "passed": false, "fails_again": false, "tries": 3,
                "seconds": 3005, "passed_at": null, "push": null, "commit": null,
            }),
            &json!({
                "number": 3, "slug": "select_loop", "passed": false, "fails_again": false, "tries": 0,
                "seconds": 0, "passed_at": null, "push": null, "commit": null,
            }),
        ]
    );
    let nobody = ["name", "pushes", "stages_passed", "last_push"].map(|key| &rows[1][key]);
    assert_eq!(nobody, [&json!("Nobody yet"), &json!(0), &json!(0), &Value::Null]);
}

/// The rows of a CSV file as Python reads them, each under the names of the head.
fn read_by_python(class: &Class, csv: &str) -> Vec<Value> {
    let program = "import csv, json, sys; sys.stdin.reconfigure(encoding='utf-8', newline=''); \
                   json.dump(list(csv.DictReader(sys.stdin, strict=True)), sys.stdout)";
    let mut command = class.command("python3", &["-c", program]);
    let python = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut python = python.expect("it is there");
    let mut stdin = python.stdin.take().expect("it is piped");
    stdin.write_all(csv.as_bytes()).expect("Python reads");
    drop(stdin);
    let output = python.wait_with_output().expect("it is our child");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// `stage3_tries` is that of stage 3.
fn of_stage(column: &str) -> Option<(usize, &str)> {
    let (number, key) = column.strip_prefix("stage")?.split_once('_')?;
    Some((number.parse().ok()?, key))
}

/// What JSON says, CSV says in cells: nothing for null.
pub fn csv_is_read_back_by_another_program() {
    let class = Class::new();
    let names = people::everybody(&class);
    let rows = read_by_python(&class, &class.report("csv", &names));
    let expected: Vec<Value> = serde_json::from_str(&class.report("json", &names)).expect("JSON");
    assert_eq!(rows.len(), expected.len());
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    for (row, entry) in rows.iter().zip(&expected) {
        let columns = row.as_object().expect("a row");
        for (key, text) in columns {
            let value = match of_stage(key) {
                Some((number, key)) => &entry["stages"][number][key],
                None => &entry[key],
            };
            assert_eq!(text, &cell(value), "{key} of {}", entry["name"]);
        }
        assert_eq!(columns.len(), 17 + course().len() * 3);
    }
}

pub fn no_cell_is_a_formula() {
    let class = Class::new();
    let starts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", " =1+1", "\"=1\""];
    for (number, language) in starts.iter().enumerate() {
        let push = Push::new("2026-11-02T10:00:00Z", 1).in_language(language);
        class.hosted(&format!("{number}.git"), &format!("{language},{number}"), &[push]);
    }
    let names: Vec<String> = (0..starts.len()).map(|number| format!("{number}.git")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for row in read_by_python(&class, &class.report("csv", &names)) {
        for key in ["name", "language"] {
            let cell = row[key].as_str().expect("text");
            assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\t']), "{cell:?}");
        }
    }
}
