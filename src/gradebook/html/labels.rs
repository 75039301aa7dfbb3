//! The labels of a time axis: times, and below them dates. One that would touch another is left out.

use super::axis::Tick;
use super::timeline::{Timeline, px};
use maud::{Markup, html};

/// No character of these labels is wider, in pixels.
const CHARACTER: f64 = 6.6;
/// Between two labels.
const GAP: f64 = 8.0;

struct Label {
    text: String,
    /// Where its left end is.
    start: f64,
    /// What it is the label of.
    place: f64,
}

/// Where a label is, seen from its tick.
enum Side {
    Below,
    From,
}

pub fn draw(timeline: &Timeline) -> Markup {
    let bottom = timeline.bottom();
    let times = times(timeline);
    let dates = dates(timeline);
    html! {
        line class="axis" x1=(timeline.left()) x2=(timeline.right()) y1=(bottom) y2=(bottom) {}
        @for label in &times {
            line class="tick" x1=(px(label.place)) x2=(px(label.place)) y1=(bottom) y2=(bottom + 4.0) {}
            text class="label" x=(px(label.start)) y=(bottom + 16.0) { (label.text) }
        }
        @for label in &dates {
            line class="tick" x1=(px(label.place)) x2=(px(label.place)) y1=(bottom) y2=(bottom + 4.0) {}
            text class="label date" x=(px(label.start)) y=(bottom + 31.0) { (label.text) }
        }
    }
}

/// When somebody began, and began again after a break; and round times where there is room.
fn times(timeline: &Timeline) -> Vec<Label> {
    let mut labels = Vec::new();
    let time = |tick: &Tick| tick.time.strftime("%H:%M").to_string();
    for tick in timeline.axis.starts() {
        place(&mut labels, timeline, time(&tick), tick.place, Side::From);
    }
    for tick in timeline.axis.ticks() {
        place(&mut labels, timeline, time(&tick), tick.place, Side::Below);
    }
    labels
}

/// Where a day begins, or the first push of a day after a break is; with the year where that is new.
fn dates(timeline: &Timeline) -> Vec<Label> {
    let midnights = timeline.axis.ticks().into_iter().filter(is_midnight);
    let mut days: Vec<Tick> = timeline.axis.starts().into_iter().chain(midnights).collect();
    days.sort_by(|one, other| one.place.total_cmp(&other.place));
    days.dedup_by_key(|tick| tick.day());
    let mut labels = Vec::new();
    let mut year = None;
    for tick in days {
        let day = tick.day();
        let form = if year == Some(day.year()) { "%-d %b" } else { "%-d %b %Y" };
        let text = tick.time.strftime(form).to_string();
        if place(&mut labels, timeline, text, tick.place, Side::From) {
            year = Some(day.year());
        }
    }
    labels
}

fn is_midnight(tick: &Tick) -> bool {
    tick.time.as_second().rem_euclid(86_400) == 0
}

/// Adds a label, if there is room for it.
fn place(
    labels: &mut Vec<Label>,
    timeline: &Timeline,
    text: String,
    place: f64,
    side: Side,
) -> bool {
    let width = width(&text);
    let start = match side {
        Side::Below => place - width / 2.0,
        Side::From => place,
    };
    let start = start.min(timeline.right() - width);
    let end = start + width + GAP;
    let is_clear =
        |other: &Label| other.start >= end || other.start + self::width(&other.text) + GAP <= start;
    let has_room = labels.iter().all(is_clear);
    if has_room {
        labels.push(Label { text, start, place });
    }
    has_room
}

fn width(text: &str) -> f64 {
    text.chars().count() as f64 * CHARACTER
}
