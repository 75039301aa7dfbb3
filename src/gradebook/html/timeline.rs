//! The timeline of one repository, as SVG: how many stages passed, over time, and every push as a
//! mark.

use super::axis::{Axis, Break};
use super::labels;
use super::marks;
use crate::gradebook::history::{Event, History};
use crate::gradebook::words;
use crate::stages::STAGES;
use maud::{Markup, html};
use std::fmt::Write;

/// A timeline is drawn twice, and the screen chooses: text that is scaled down to a phone could not
/// be read.
pub struct Screen {
    pub class: &'static str,
    width: f64,
    /// Where the axis begins, behind the labels of the stages.
    left: f64,
    /// From one stage to the next.
    step: f64,
    /// Whether there is room for the names of the stages beside their numbers.
    has_names: bool,
    /// The label of the row of pushes that were not built.
    not_built: &'static str,
}

pub const WIDE: Screen = Screen {
    class: "wide",
    width: 960.0,
    left: 104.0,
    step: 25.0,
    has_names: true,
    not_built: "no result",
};
pub const NARROW: Screen = Screen {
    class: "narrow",
    width: 328.0,
    left: 42.0,
    step: 22.0,
    has_names: false,
    not_built: "none",
};

const RIGHT: f64 = 14.0;
const TOP: f64 = 14.0;
/// Between the ends of the axis and the first and the last push.
const INSET: f64 = 10.0;
/// Below the stages: the times, and the dates below them.
const LABELS: f64 = 40.0;

/// What is drawn, and where.
pub struct Timeline<'a> {
    pub history: &'a History,
    pub screen: &'a Screen,
    pub axis: Axis,
    /// Of a mark, in pixels.
    pub radius: f64,
    /// Pushes that were not built have a row of their own, if there are any.
    has_build_row: bool,
}

/// Draws a history of at least one push. `summary` says the same in words.
pub fn draw(history: &History, screen: &Screen, summary: &str) -> Markup {
    let timeline = Timeline::new(history, screen);
    let size = format!("0 0 {} {}", screen.width, timeline.bottom() + LABELS);
    html! {
        svg class=(screen.class) viewBox=(size) role="img" aria-label=(summary) {
            (timeline.rows())
            @for pause in &timeline.axis.breaks { (timeline.pause(pause)) }
            (timeline.line())
            (labels::draw(&timeline))
            (marks::draw(&timeline))
        }
    }
}

impl Timeline<'_> {
    fn new<'a>(history: &'a History, screen: &'a Screen) -> Timeline<'a> {
        let times = history.pushes.iter().map(|push| push.time).collect();
        let room = screen.width - screen.left - RIGHT;
        Timeline {
            axis: Axis::new(times, screen.left + INSET, screen.width - RIGHT - INSET),
            radius: (room / history.pushes.len() as f64 * 0.45).clamp(2.4, 5.0),
            has_build_row: history.pushes.iter().any(|push| push.problem.is_some()),
            history,
            screen,
        }
    }

    pub fn left(&self) -> f64 {
        self.screen.left
    }

    pub fn right(&self) -> f64 {
        self.screen.width - RIGHT
    }

    /// Where so many stages are.
    pub fn height_of(&self, stages: usize) -> f64 {
        TOP + (STAGES.len() - stages) as f64 * self.screen.step
    }

    pub fn build_row(&self) -> f64 {
        self.height_of(0) + self.screen.step
    }

    pub fn bottom(&self) -> f64 {
        let last = if self.has_build_row { self.build_row() } else { self.height_of(0) };
        last + 10.0
    }

    fn rows(&self) -> Markup {
        let (left, right) = (self.left(), self.right());
        let mut rows: Vec<(f64, String)> = vec![(self.height_of(0), "none".to_owned())];
        rows.extend(STAGES.iter().map(|stage| {
            let name = if self.screen.has_names { stage.slug } else { "" };
            (self.height_of(stage.number + 1), format!("{} {name}", stage.number))
        }));
        if self.has_build_row {
            rows.push((self.build_row(), self.screen.not_built.to_owned()));
        }
        html! {
            @for (y, label) in &rows {
                line class="row" x1=(left) x2=(right) y1=(y) y2=(y) {}
                text class="label" x=(left - 8.0) y=(y + 3.5) text-anchor="end" { (label.trim_end()) }
            }
        }
    }

    fn pause(&self, pause: &Break) -> Markup {
        let title = match pause.time {
            Some(time) => format!("{} without a push", words::duration(time)),
            None => "The clock of the host was set back".to_owned(),
        };
        let (width, height) = (pause.to - pause.from, self.bottom() - TOP + 6.0);
        let inset = width * 0.18;
        html! {
            rect class="pause" x=(px(pause.from + inset)) y=(TOP - 6.0)
                width=(px(width - 2.0 * inset)) height=(height) { title { (title) } }
        }
    }

    /// How many stages passed, from each try to the next. A push that was not built says nothing of
    /// the stages, and changes nothing here.
    fn line(&self) -> Markup {
        let pushes = &self.history.pushes;
        let mut path = format!("M{} {}", px(self.axis.places[0]), self.height_of(0));
        for (push, x) in pushes.iter().zip(&self.axis.places) {
            write!(path, "H{}", px(*x)).expect("memory");
            if push.has_result() && push.event != Event::NotBuilt {
                write!(path, "V{}", self.height_of(push.stages_passed)).expect("memory");
            }
        }
        let ground = self.height_of(0);
        let area = format!("{path}V{ground}H{}Z", px(self.axis.places[0]));
        html! {
            path class="area" d=(area) {}
            // As thin as the marks are small: hundreds of steps would be one surface.
            path class="line" d=(path) stroke-width=(px(self.radius * 0.35)) {}
        }
    }
}

/// A tenth of a pixel is fine enough.
pub fn px(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}
