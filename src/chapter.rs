//! The chapters of the book, as the commands show them: the task of a stage, its hints, and how the
//! worked server does it. They stand once, in `docs/`, under headings of their own.

#[derive(Clone, Copy)]
pub struct Chapter(pub &'static str);

impl Chapter {
    /// The text of the task, in Markdown.
    pub fn task(&self) -> &'static str {
        self.section("## The task")
    }

    /// The hints, from a nudge to nearly the answer. Each has a heading of its own.
    pub fn hints(&self) -> Vec<&'static str> {
        self.section("## Hints").split("### ").skip(1).map(str::trim).collect()
    }

    /// The second part: how the worked server does it, and Redis.
    pub fn worked_server(&self) -> &'static str {
        self.section("## The worked server")
    }

    fn section(&self, heading: &str) -> &'static str {
        let Some((_, rest)) = self.0.split_once(&format!("\n{heading}\n")) else { return "" };
        rest.split("\n## ").next().unwrap_or_default().trim()
    }
}

#[cfg(test)]
mod tests {
    use super::Chapter;
    use crate::stages::STAGES;

    const CHAPTER: Chapter = Chapter(
        "# Title\n\n## The task\n\nDo it.\n\n### Bytes\n\nx\n\n## Hints\n\n### One\n\na\n\n### Two\n\nb\n\n## Rest\n",
    );

    #[test]
    fn the_task_ends_at_the_next_section() {
        assert_eq!(CHAPTER.task(), "Do it.\n\n### Bytes\n\nx");
    }

    #[test]
    fn each_hint_has_its_heading() {
        assert_eq!(CHAPTER.hints(), ["One\n\na", "Two\n\nb"]);
    }

    #[test]
    fn every_stage_has_a_task_and_at_least_three_hints() {
        for stage in STAGES {
            assert!(stage.chapter.task().len() > 200, "the task of stage {}", stage.number);
            assert!(stage.chapter.hints().len() >= 3, "the hints of stage {}", stage.number);
        }
    }
}
