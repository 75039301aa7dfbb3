//! The time axis of a timeline. Time is to scale while somebody works, and long breaks are cut out:
//! between the evenings of three weeks, nothing else would be seen of the evenings.

use jiff::Timestamp;
use jiff::tz::Offset;
use std::time::Duration;

/// A gap is a break if it is longer than this,
const LONG: i64 = 3 * 3_600;
/// or than this and than all shorter ones together.
const NOTICEABLE: i64 = 3_600;
/// A clock may be set back a little, by itself.
const JITTER: i64 = -60;
/// Pixels that two pushes are apart, however soon the one came after the other, if there is room.
const APART: f64 = 7.0;
/// Pixels for a break of an hour or two; a week gets some more.
const BREAK: f64 = 20.0;
/// Breaks get no more than this part of the axis, unless there is nothing else.
const MOST_BREAKS: f64 = 0.35;
/// Pixels between two labels of time.
const LABEL_DISTANCE: f64 = 64.0;
/// Seconds between the times that may have labels.
const STEPS: [i64; 9] = [60, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200];

pub struct Axis {
    times: Vec<Timestamp>,
    /// Where each push is, from left to right.
    pub places: Vec<f64>,
    pub breaks: Vec<Break>,
    /// Pixels a second.
    scale: f64,
}

pub struct Break {
    pub from: f64,
    pub to: f64,
    /// None where the clock was set back.
    pub time: Option<Duration>,
    /// The push that ends it.
    pub end: usize,
}

pub struct Tick {
    pub place: f64,
    pub time: Timestamp,
}

impl Axis {
    /// Of at least one push.
    pub fn new(times: Vec<Timestamp>, left: f64, right: f64) -> Axis {
        let gaps: Vec<i64> =
            times.windows(2).map(|pair| pair[1].as_second() - pair[0].as_second()).collect();
        let is_break = breaks(&gaps);
        let count = is_break.iter().filter(|is_break| **is_break).count();
        let apart = APART.min((right - left) * 0.5 / gaps.len().max(1) as f64);
        let room = right - left - apart * (gaps.len() - count) as f64;
        let sum = |of_breaks: bool, size: fn(i64) -> f64| -> f64 {
            let gaps = gaps.iter().zip(&is_break).filter(|(_, is_break)| **is_break == of_breaks);
            gaps.map(|(&gap, _)| size(gap)).sum()
        };
        let (worked, pauses) = (sum(false, seconds), sum(true, weight));
        let for_breaks = match worked > 0.0 {
            true => (pauses * BREAK).min(room * MOST_BREAKS),
            false => room,
        };
        let scale = if worked > 0.0 { (room - for_breaks) / worked } else { 0.0 };
        let mut axis = Axis { times, places: vec![left], breaks: Vec::new(), scale };
        let mut place = left;
        for (at, (&gap, is_break)) in gaps.iter().zip(is_break).enumerate() {
            let from = place;
            place += match is_break {
                true => for_breaks * weight(gap) / pauses,
                false => apart + scale * seconds(gap),
            };
            axis.places.push(place);
            if is_break {
                let time = u64::try_from(gap).ok().map(Duration::from_secs);
                axis.breaks.push(Break { from, to: place, time, end: at + 1 });
            }
        }
        axis
    }

    /// The first push, and each that ended a break.
    pub fn starts(&self) -> Vec<Tick> {
        let starts = [0].into_iter().chain(self.breaks.iter().map(|pause| pause.end));
        starts.map(|at| Tick { place: self.places[at], time: self.times[at] }).collect()
    }

    /// Round times between pushes.
    pub fn ticks(&self) -> Vec<Tick> {
        let is_wide = |step: &&i64| **step as f64 * self.scale >= LABEL_DISTANCE;
        let Some(&step) = STEPS.iter().find(is_wide) else { return Vec::new() };
        let is_pause = |at: usize| self.breaks.iter().any(|pause| pause.end == at);
        let gaps = (1..self.times.len()).filter(|&at| !is_pause(at));
        gaps.flat_map(|at| self.ticks_before(at, step)).collect()
    }

    fn ticks_before(&self, at: usize, step: i64) -> Vec<Tick> {
        let (start, end) = (self.times[at - 1].as_second(), self.times[at].as_second());
        let (from, to) = (self.places[at - 1], self.places[at]);
        let first = start.div_euclid(step) + 1;
        (first..=end.div_euclid(step))
            .map(|multiple| multiple * step)
            .filter_map(|second| {
                let part = (second - start) as f64 / (end - start) as f64;
                let time = Timestamp::from_second(second).ok()?;
                Some(Tick { place: from + (to - from) * part, time })
            })
            .collect()
    }
}

impl Tick {
    pub fn day(&self) -> jiff::civil::Date {
        Offset::UTC.to_datetime(self.time).date()
    }
}

fn breaks(gaps: &[i64]) -> Vec<bool> {
    let mut sorted: Vec<i64> = gaps.iter().copied().filter(|gap| *gap > 0).collect();
    sorted.sort_unstable();
    let mut shorter: i64 = sorted.iter().sum();
    let outweighs = |gap: &&i64| {
        shorter -= **gap;
        **gap > NOTICEABLE && **gap > shorter
    };
    let least = sorted.iter().rev().take_while(outweighs).last().map_or(LONG, |gap| LONG.min(*gap));
    gaps.iter().map(|&gap| gap >= least || gap < JITTER).collect()
}

fn seconds(gap: i64) -> f64 {
    gap.max(0) as f64
}

/// A longer break is a little wider.
fn weight(gap: i64) -> f64 {
    1.0 + (1.0 + seconds(gap) / LONG as f64).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(seconds: &[i64]) -> Axis {
        let time = |second: &i64| Timestamp::from_second(1_790_000_000 + second).expect("a time");
        Axis::new(seconds.iter().map(time).collect(), 100.0, 900.0)
    }

    /// The pushes that end a break.
    fn ends(seconds: &[i64]) -> Vec<usize> {
        axis(seconds).breaks.iter().map(|pause| pause.end).collect()
    }

    const HOUR: i64 = 3_600;

    #[test]
    fn places_go_from_left_to_right_and_fill_the_axis() {
        let day = 24 * HOUR;
        for seconds in [
            vec![0, 60, 120, 600],
            vec![0, HOUR, day, day + HOUR, 9 * day],
            vec![0, day, 2 * day],
            vec![5 * day, 0, HOUR],
            vec![0, i64::from(i32::MAX), HOUR, 2 * HOUR],
            (0..500).map(|at| at * 7).collect(),
        ] {
            let places = axis(&seconds).places;
            assert!(places.is_sorted(), "{seconds:?}: {places:?}");
            let ends = (places[0], places[places.len() - 1].round());
            assert_eq!(ends, (100.0, 900.0), "{seconds:?}");
        }
    }

    #[test]
    fn one_push_and_a_burst_of_pushes_begin_on_the_left() {
        assert_eq!(axis(&[0]).places, [100.0]);
        assert_eq!(axis(&[0, 0, 0]).places, [100.0, 107.0, 114.0]);
        let crowd = axis(&[0; 900]).places;
        assert!(crowd.iter().all(|place| (100.0..=500.1).contains(place)));
    }

    #[test]
    fn time_is_to_scale_while_somebody_works() {
        let places = axis(&[0, 600, 1_800]).places;
        let (short, long) = (places[1] - places[0] - APART, places[2] - places[1] - APART);
        assert!((long / short - 2.0).abs() < 0.01, "{places:?}");
    }

    #[test]
    fn a_gap_is_a_break_if_it_is_long_or_outweighs_the_work() {
        assert_eq!(ends(&[0, 600, 600 + 4 * HOUR, 5 * HOUR]), [2], "longer than three hours");
        assert_eq!(ends(&[0, 300, 600, 2 * HOUR, 3 * HOUR]), [3], "longer than the work");
        assert_eq!(ends(&[0, 300, 600, 2_000]), [0; 0], "and not worth noticing");
        assert_eq!(ends(&[0, HOUR, 2 * HOUR, 4 * HOUR - 1]), [0; 0], "hours of work");
        assert_eq!(ends(&[0, HOUR, 0, 60]), [2], "the clock was set back");
        assert_eq!(ends(&[0, 60, 59, 120]), [0; 0], "and that was only a little");
    }

    #[test]
    fn round_times_are_labelled_where_somebody_works() {
        let texts: Vec<String> = axis(&[0, HOUR, 2 * HOUR, 30 * HOUR, 31 * HOUR])
            .ticks()
            .iter()
            .map(|tick| tick.time.strftime("%d %H:%M").to_string())
            .collect();
        assert_eq!(texts, ["21 14:30", "21 15:00", "21 15:30", "21 16:00", "22 20:30", "22 21:00"]);
    }
}
