//! A private place for each trial: a network of its own, so that port 6379 is always free, and
//! processes of its own, so that nothing outlives the trial; and mounts of its own for who asks. See
//! namespaces(7).

use super::users;
use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork, getgid, getuid};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::exit;
use std::sync::OnceLock;
use std::{fs, io, thread};

/// Why trials run on the plain host, where they do.
static REFUSAL: OnceLock<Option<String>> = OnceLock::new();

/// Finds out what the system permits. Must be called before the program starts its first thread: an
/// ordinary user gets the right to make namespaces by entering a user namespace, which a process with
/// threads cannot do.
pub fn prepare() {
    REFUSAL.get_or_init(|| {
        if may_isolate() {
            return None;
        }
        // In vain, it would be a loss: who is in a user namespace may not look at processes outside,
        // such as one that holds the port. So another process tries it first.
        match in_another_process(try_user_namespace) {
            0 => {
                enter_user_namespace(users::enter_with_others).err().map(|error| error.to_string())
            }
            NO_NETWORK => Some("network namespaces are not permitted".to_owned()),
            errno => {
                let error = io::Error::from_raw_os_error(errno);
                Some(format!("user namespaces are not permitted: {error}"))
            }
        }
    });
}

/// Enters a new user namespace, in which nobody is known yet.
pub type Enter = fn() -> io::Result<()>;

/// An exit status that is no errno.
const NO_NETWORK: i32 = 255;

/// Gives 0, or why a user namespace is of no use.
fn try_user_namespace() -> i32 {
    match enter_user_namespace(|enter| enter()) {
        Ok(()) if may_isolate() => 0,
        Ok(()) => NO_NETWORK,
        Err(error) => error.raw_os_error().unwrap_or(libc::EPERM),
    }
}

fn in_another_process(run: fn() -> i32) -> i32 {
    // SAFETY: this process has only one thread, so that nothing is locked in the other one.
    match unsafe { fork() } {
        Ok(ForkResult::Child) => exit(run()),
        Ok(ForkResult::Parent { child }) => match waitpid(child, None) {
            Ok(WaitStatus::Exited(_, status)) => status,
            _ => libc::EAGAIN,
        },
        Err(error) => error as i32,
    }
}

/// Whether trials are private; if not, why.
pub fn refusal() -> Option<&'static str> {
    REFUSAL.get().and_then(|refusal| refusal.as_deref())
}

/// Moves the calling thread, and the processes that it starts, into a network of its own in which
/// only the loopback device exists.
pub fn isolate_network() -> io::Result<()> {
    unshare(CloneFlags::CLONE_NEWNET)?;
    bring_up_loopback()
}

/// Replaces the network of the calling thread by a new one, where it has one of its own.
pub fn renew_network() -> io::Result<()> {
    if refusal().is_some() { Ok(()) } else { isolate_network() }
}

/// Gives the calling thread, and all that it starts from now on, mounts of its own: what it mounts, nobody
/// else sees.
pub fn isolate_mounts() -> nix::Result<()> {
    let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
    unshare(CloneFlags::CLONE_NEWNS)?;
    mount(None::<&str>, "/", None::<&str>, private, None::<&str>)
}

/// Mounts an empty file system of at most so many MiB, which is in memory; see tmpfs(5).
pub fn mount_file_system(directory: &Path, size_mib: u64) -> nix::Result<()> {
    mount_tmpfs(directory, &options(size_mib, "0755"))
}

fn mount_tmpfs(directory: &Path, options: &str) -> nix::Result<()> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some("challenge"), directory, Some("tmpfs"), flags, Some(options))
}

/// How many files there can be: one without a byte in it takes more than a kilobyte of the kernel's memory.
/// There is one for each 16 KiB, as on a new ext4; and in a small place, room for what we put there.
pub fn files_in(size_mib: u64) -> u64 {
    (size_mib * 64).max(1024)
}

fn options(size_mib: u64, mode: &str) -> String {
    let files = files_in(size_mib);
    format!("size={size_mib}m,nr_inodes={files},mode={mode}")
}

/// Replaces a file system that was mounted here, and whatever is mounted in it, by an empty one.
pub fn renew_file_system(directory: &Path, size_mib: u64) -> io::Result<()> {
    umount2(directory, MntFlags::MNT_DETACH)?;
    Ok(mount_file_system(directory, size_mib)?)
}

/// Shows a directory under another name, too.
pub fn bind(from: &Path, to: &Path) -> nix::Result<()> {
    mount(Some(from), to, None::<&str>, MsFlags::MS_BIND | MsFlags::MS_REC, None::<&str>)
}

/// Tries it in a thread, which takes the new namespaces with it when it ends.
fn may_isolate() -> bool {
    let isolate = || isolate_network().is_ok() && unshare(CloneFlags::CLONE_NEWPID).is_ok();
    let thread = thread::Builder::new().spawn(isolate);
    thread.is_ok_and(|thread| thread.join().unwrap_or(false))
}

/// Inside, everybody is who they were outside; `others` may have others exist there, too.
fn enter_user_namespace(others: impl FnOnce(Enter) -> io::Result<()>) -> io::Result<()> {
    let (user, group) = (getuid(), getgid());
    others(|| Ok(unshare(CloneFlags::CLONE_NEWUSER)?))?;
    let is_empty = |map: &str| fs::read_to_string(map).map(|map| map.is_empty());
    if is_empty("/proc/self/uid_map")? {
        fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    }
    if is_empty("/proc/self/gid_map")? {
        // It may be written only by a process that has given up changing its supplementary groups.
        fs::write("/proc/self/setgroups", "deny")?;
        fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    }
    Ok(())
}

fn bring_up_loopback() -> io::Result<()> {
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
    use std::os::fd::AsRawFd;

    nix::ioctl_write_ptr_bad!(set_interface_flags, libc::SIOCSIFFLAGS, libc::ifreq);
    let socket = socket(AddressFamily::Inet, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None)?;
    // SAFETY: an ifreq is plain bytes, and all of them may be zero.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    request.ifr_name[0] = b'l' as libc::c_char;
    request.ifr_name[1] = b'o' as libc::c_char;
    request.ifr_ifru.ifru_flags = libc::IFF_UP as libc::c_short;
    // SAFETY: the request is a live ifreq with a name that ends in a zero byte.
    unsafe { set_interface_flags(socket.as_raw_fd(), &raw const request) }?;
    Ok(())
}

/// A folder that a command has for itself: an empty file system is mounted there, in which every user may
/// make files, and which goes with the command.
#[derive(Clone, Debug)]
pub struct Scratch {
    pub folder: PathBuf,
    pub size_mib: u64,
}

impl Scratch {
    fn options(&self) -> String {
        options(self.size_mib, "1777")
    }
}

fn mount_own_proc() -> nix::Result<()> {
    isolate_mounts()?;
    mount(Some("proc"), "/proc", Some("proc"), MsFlags::empty(), None::<&str>)
}

/// Starts `command` where its process numbers are its own: as process 1 of a new namespace, with
/// which everything it starts will die, and with a /proc of these processes where the system lets us
/// arrange that. If it `becomes_another` user, it is given the right to do so. On a plain host it is started
/// as it is.
pub fn spawn_isolated(
    mut command: std::process::Command,
    scratch: &[Scratch],
    becomes_another: bool,
) -> io::Result<std::process::Child> {
    if refusal().is_some() {
        return command.spawn();
    }
    // It has to be done before exec, with which an ordinary user loses the right to mount.
    let scratch: Vec<_> = scratch.iter().map(|own| (own.folder.clone(), own.options())).collect();
    // SAFETY: unshare and mount are system calls, which may be made between fork and exec.
    unsafe {
        command.pre_exec(move || {
            let own = mount_own_proc();
            if scratch.is_empty() {
                return Ok(()); // without a sandbox, it is no loss where this is not permitted
            }
            own?;
            Ok(scratch.iter().try_for_each(|(folder, options)| mount_tmpfs(folder, options))?)
        })
    };
    // The thread that asks for the namespace is not in it; only its children are. Since it could
    // start no threads afterwards, it is a thread of its own.
    let spawn = || {
        if becomes_another {
            users::let_programs_change().map_err(io::Error::other)?;
        }
        unshare(CloneFlags::CLONE_NEWPID)?;
        command.spawn()
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().spawn_scoped(scope, spawn)?;
        thread.join().unwrap_or_else(|_| Err(Errno::EAGAIN.into()))
    })
}
