//! Pushes that are being graded: each is in the record from its beginning, so that a push which its
//! learner, or a crash, ends early is seen there. See `record`.

use super::record::{self, BRANCH, Push, State};
use super::{attempt::Attempt, locks};
use std::fs::{self, File};
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a file is locked for each push that is being graded, in the repository.
const FOLDER: &str = "challenge-grading";

/// The pushes of this process. They are locked while the record is written, so that the process does not
/// end meanwhile.
static PENDING: Mutex<Vec<Pending>> = Mutex::new(Vec::new());

struct Pending {
    repository: PathBuf,
    push: Push,
    /// The kernel gives it up when we end, however that comes.
    _lock: File,
}

/// Writes to the record that these pushes have begun, and gives them their numbers.
pub fn begin(repository: &Path, mut pushes: Vec<Push>) -> Result<Vec<usize>, String> {
    let mut pending = pending();
    let _lock = locks::record(repository)?;
    let mut written = record::read(repository, BRANCH)?;
    let next = written.last().map_or(1, |last| last.push + 1);
    written.retain(|push| push.state == State::Begun && !is_running(repository, push.push));
    written.iter_mut().for_each(|abandoned| abandon(repository, abandoned));
    for (push, number) in pushes.iter_mut().zip(next..) {
        push.push = number;
        let cannot = |error| format!("there is no lock for a push: {error}");
        let lock = lock(repository, number).map_err(cannot)?;
        pending.push(Pending {
            repository: repository.to_owned(),
            push: push.clone(),
            _lock: lock,
        });
    }
    written.extend_from_slice(&pushes);
    if written.is_empty() {
        return Ok(Vec::new());
    }
    record::write(repository, &written).inspect_err(|_| pending.clear())?;
    Ok(pushes.iter().map(|push| push.push).collect())
}

/// Writes what came of a push.
pub fn graded(number: usize, attempt: Attempt) -> Result<Push, String> {
    end(number, |push| {
        push.state = State::Graded;
        push.language = attempt.language;
        push.contents = attempt.contents;
        push.waived = attempt.waived;
        push.problem = attempt.problem;
        push.stages_passed = attempt.stages_passed;
        push.results = attempt.results;
    })
}

/// Writes why nothing came of the pushes that are left, which is not the learner's.
pub fn not_graded(why: &str) -> Result<(), String> {
    end_all(|push| {
        push.state = State::NotGraded;
        push.problem = Some(why.to_owned());
    })
}

/// Writes that the learner has gone.
pub fn interrupted() -> Result<(), String> {
    end_all(|push| push.state = State::Interrupted)
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

fn end_all(change: impl Fn(&mut Push)) -> Result<(), String> {
    let ended = mem::take(&mut *pending());
    ended.into_iter().try_for_each(|ended| {
        let mut push = ended.push.clone();
        change(&mut push);
        ended.write(&push).inspect_err(|_| ended.leave_word(&push))
    })
}

/// Ends a push whose hook is gone. If the hook left word, the host was the reason; otherwise it was killed.
fn abandon(repository: &Path, push: &mut Push) {
    let file = file(repository, push.push);
    match fs::read_to_string(&file).unwrap_or_default() {
        word if word.is_empty() => push.state = State::Interrupted,
        word => (push.state, push.problem) = (State::NotGraded, Some(word)),
    }
    let _ = fs::remove_file(file);
}

impl Pending {
    fn write(&self, push: &Push) -> Result<(), String> {
        let _lock = locks::record(&self.repository)?;
        record::write(&self.repository, std::slice::from_ref(push))?;
        let _ = fs::remove_file(file(&self.repository, push.push));
        Ok(())
    }

    /// Where Git cannot be run, a file can still be written: the next push finds there what was not this
    /// one's fault.
    fn leave_word(&self, push: &Push) {
        if let Some(problem) = push.problem.as_ref().filter(|_| push.state == State::NotGraded) {
            let _ = fs::write(file(&self.repository, push.push), problem);
        }
    }
}

fn file(repository: &Path, number: usize) -> PathBuf {
    repository.join(FOLDER).join(number.to_string())
}

fn lock(repository: &Path, number: usize) -> std::io::Result<File> {
    fs::create_dir_all(repository.join(FOLDER))?;
    let file = File::create(file(repository, number))?;
    file.lock()?;
    Ok(file)
}

/// Whether a push that has begun is being graded at this moment, on this host.
pub fn is_running(repository: &Path, number: usize) -> bool {
    File::open(file(repository, number)).is_ok_and(|file| file.try_lock().is_err())
}
