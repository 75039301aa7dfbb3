//! Pushes that are under way. Each is in the record from its beginning, so that a push which its learner,
//! or a crash, ends early is seen there. See `record`.
//!
//! A push is announced before git changes a branch (the hook `pre-receive`), adopted by the process that
//! grades it (`post-receive`), and ended by that: graded, not graded, or interrupted. Until then, a file
//! in the repository says how far it has come, so that the next push can tell what became of one whose
//! processes are gone.

use super::attempt::Attempt;
use super::locks;
use super::record::{self, BRANCH, Push, State};
use crate::procfs;
use nix::unistd::getppid;
use std::fs::{self, File};
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a file is for each push that is under way, in the repository.
const FOLDER: &str = "challenge-grading";
/// What it says while a push is graded. Before, it names git's process; afterwards, it has a reason not to
/// grade.
const GRADING: &str = "grading";
/// And from when on the learner may have read cards.
const SHOWN: &str = "shown";
const INTERRUPTED: &str = "interrupted";

/// The most that the record has of a reason, in characters: it may quote a learner.
const LONGEST_PROBLEM: usize = 2000;

/// The pushes of this process. They are locked while the record is written, so that the process does not
/// end meanwhile.
static PENDING: Mutex<Vec<Pending>> = Mutex::new(Vec::new());

struct Pending {
    repository: PathBuf,
    push: Push,
    /// The kernel gives it up when we end, however that comes.
    _lock: File,
}

/// Writes to the record that these pushes begin, before git changes anything. No other push is announced
/// between that and `expect`, which may refuse them.
pub fn announce(
    repository: &Path,
    mut pushes: Vec<Push>,
    expect: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let _lock = locks::record(repository)?;
    expect()?;
    let recorded = record::read(repository, BRANCH)?;
    let next = next_number(&recorded);
    let written = begin(repository, recorded, next, &mut pushes)?;
    record::write(repository, &written)
}

/// Takes over the pushes that were announced for the git that has started us too. One that was not
/// announced, since the repository has no such hook, begins now.
pub fn adopt(repository: &Path, mut pushes: Vec<Push>) -> Result<Vec<usize>, String> {
    let mut pending = pending();
    let _lock = locks::record(repository)?;
    let mut recorded = record::read(repository, BRANCH)?;
    let next = next_number(&recorded);
    let git = git_process();
    let is_ours = |push: &&Push| push.state == State::Begun && word(repository, push.push) == git;
    let mut announced: Vec<Push> = recorded.extract_if(.., |push| is_ours(&&*push)).collect();
    for push in &mut pushes {
        let is_it = |other: &Push| (&other.commit, &other.branch) == (&push.commit, &push.branch);
        if let Some(at) = announced.iter().position(is_it) {
            push.push = announced.remove(at).push;
        }
    }
    // What is left was announced, and git has not changed the branch.
    for refused in &mut announced {
        refused.state = State::NotGraded;
        refused.problem = Some("git did not take it".to_owned());
        let _ = fs::remove_file(file(repository, refused.push));
    }
    // Each commit is there once. The numbers are those of the pushes as they came.
    let order: Vec<String> = pushes.iter().map(|push| push.commit.clone()).collect();
    let mut unannounced: Vec<Push> = pushes.extract_if(.., |push| push.push == 0).collect();
    announced.extend(begin(repository, recorded, next, &mut unannounced)?);
    pushes.extend(unannounced);
    pushes.sort_by_key(|push| order.iter().position(|commit| *commit == push.commit));
    for push in &pushes {
        let cannot = |error| format!("there is no lock for a push: {error}");
        let lock = lock(repository, push.push).map_err(cannot)?;
        let (repository, push) = (repository.to_owned(), push.clone());
        pending.push(Pending { repository, push, _lock: lock });
    }
    if !announced.is_empty() {
        record::write(repository, &announced)?;
    }
    record::keep(repository, &pushes)?;
    Ok(pushes.iter().map(|push| push.push).collect())
}

fn next_number(recorded: &[Push]) -> usize {
    recorded.last().map_or(1, |last| last.push + 1)
}

/// Gives pushes their numbers, and returns what has to be written for them: themselves, and those of
/// earlier processes that are gone.
fn begin(
    repository: &Path,
    recorded: Vec<Push>,
    next: usize,
    pushes: &mut [Push],
) -> Result<Vec<Push>, String> {
    let mut written = recorded;
    written.retain(|push| push.state == State::Begun);
    settle(repository, &mut written);
    // While they are on a branch, since their own processes may not come to it.
    let _ = record::keep(repository, &written);
    written.retain(|push| push.state != State::Begun);
    for settled in &written {
        let _ = fs::remove_file(file(repository, settled.push));
    }
    let cannot = |error| format!("a push cannot be noted: {error}");
    fs::create_dir_all(repository.join(FOLDER)).map_err(cannot)?;
    for (push, number) in pushes.iter_mut().zip(next..) {
        push.push = number;
        fs::write(file(repository, number), git_process()).map_err(cannot)?;
    }
    written.extend_from_slice(pushes);
    Ok(written)
}

/// Decides what became of pushes that have begun, and whose processes are gone.
pub fn settle(repository: &Path, pushes: &mut [Push]) {
    let begun = |push: &&mut Push| push.state == State::Begun;
    for push in pushes.iter_mut().filter(begun) {
        match word(repository, push.push).as_str() {
            _ if is_running(repository, push.push) => {}
            GRADING => {
                push.state = State::NotGraded;
                push.problem = Some("the host ended before the push did".to_owned());
            }
            // The connection was closed before grading began; or a learner who has read cards could have
            // had the hook killed, by using up the host's memory; or nothing is known.
            INTERRUPTED | SHOWN | "" => push.state = State::Interrupted,
            word if is_process(word) => push.state = State::Interrupted,
            word => (push.state, push.problem) = (State::NotGraded, Some(word.to_owned())),
        }
    }
}

/// Notes that the learner may read cards from now on.
pub fn shown(repository: &Path, number: usize) {
    let _ = fs::write(file(repository, number), SHOWN);
}

/// Writes what came of a push.
pub fn graded(number: usize, attempt: Attempt) -> Result<Push, String> {
    end(number, |push| {
        push.state = State::Graded;
        push.language = attempt.language;
        push.contents = attempt.contents;
        push.waived = attempt.waived;
        push.problem = attempt.problem.as_deref().map(shortened);
        push.stages_passed = attempt.stages_passed;
        push.results = attempt.results;
    })
}

/// Writes that a push of which cards were read came to no verdict.
pub fn unconfirmed(number: usize) -> Result<(), String> {
    end(number, |push| {
        push.state = State::Interrupted;
        push.problem = Some("the machine was too busy to confirm it".to_owned());
    })
    .map(drop)
}

/// Writes why nothing came of the pushes that are left, which is not the learner's. Where cards have been
/// shown, it was a try all the same: a learner could bring it about, and hide what the cards said.
pub fn not_graded(why: &str) -> Result<(), String> {
    end_all(&shortened(why), |push, word| {
        push.state = if word == SHOWN { State::Interrupted } else { State::NotGraded };
        push.problem = Some(shortened(why));
    })
}

/// Writes that the learner has gone.
pub fn interrupted() -> Result<(), String> {
    end_all(INTERRUPTED, |push, _| push.state = State::Interrupted)
}

fn shortened(problem: &str) -> String {
    match problem.char_indices().nth(LONGEST_PROBLEM) {
        Some((end, _)) => format!("{}…", &problem[..end]),
        None => problem.to_owned(),
    }
}

/// While the value lives, the hook does not end, even if the learner goes away.
fn pending() -> MutexGuard<'static, Vec<Pending>> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn end(number: usize, change: impl FnOnce(&mut Push)) -> Result<Push, String> {
    let mut pending = pending();
    let at = pending.iter().position(|pending| pending.push.push == number);
    let at = at.ok_or("the push was interrupted")?;
    let mut push = pending[at].push.clone();
    change(&mut push);
    pending[at].write(&push)?;
    pending.remove(at);
    Ok(push)
}

/// `new` is for the next push, where the record cannot be written now: a file can still be, as it is there
/// already.
fn end_all(new: &str, change: impl Fn(&mut Push, &str)) -> Result<(), String> {
    let ended = mem::take(&mut *pending());
    ended.into_iter().try_for_each(|ended| {
        let before = word(&ended.repository, ended.push.push);
        if before != SHOWN {
            let _ = fs::write(file(&ended.repository, ended.push.push), new);
        }
        let mut push = ended.push.clone();
        change(&mut push, &before);
        ended.write(&push)
    })
}

impl Pending {
    fn write(&self, push: &Push) -> Result<(), String> {
        let _lock = locks::record(&self.repository)?;
        record::write(&self.repository, std::slice::from_ref(push))?;
        let _ = fs::remove_file(file(&self.repository, push.push));
        Ok(())
    }
}

fn file(repository: &Path, number: usize) -> PathBuf {
    repository.join(FOLDER).join(number.to_string())
}

fn word(repository: &Path, number: usize) -> String {
    fs::read_to_string(file(repository, number)).unwrap_or_default()
}

fn lock(repository: &Path, number: usize) -> io::Result<File> {
    let path = file(repository, number);
    fs::write(&path, GRADING)?;
    let file = File::open(path)?;
    file.lock()?;
    Ok(file)
}

/// Git's process that has started this one, as a file names it: by its number, and by when it began, since
/// numbers are used again.
fn git_process() -> String {
    let git = getppid().as_raw() as u32;
    format!("git {git} {}", procfs::started(git).unwrap_or(0))
}

fn is_process(word: &str) -> bool {
    word.starts_with("git ")
}

/// Whether a push is under way at this moment, on this host.
fn is_running(repository: &Path, number: usize) -> bool {
    let is_graded = File::open(file(repository, number)).is_ok_and(|file| file.try_lock().is_err());
    let word = word(repository, number);
    let [_, git, start] = word.split(' ').collect::<Vec<_>>()[..] else { return is_graded };
    let git = git.parse().ok().filter(|_| is_process(&word));
    is_graded || git.is_some_and(|git| procfs::started(git) == start.parse().ok())
}
