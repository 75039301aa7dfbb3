//! What Linux tells of a running process in /proc.

use std::fs;
use std::time::Duration;

#[derive(Clone, Copy)]
pub struct Process {
    pub pid: u32,
}

impl Process {
    /// The processor time that it has used, in user mode and in the kernel, to 10 ms.
    pub fn cpu_time(&self) -> Duration {
        let stat = self.read("stat");
        // Fields 14 and 15; the second field is a name in parentheses and may contain spaces.
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let ticks: u64 =
            after_name.split(' ').skip(12).take(2).map(|field| field.parse().unwrap_or(0)).sum();
        Duration::from_millis(ticks * 1000 / ticks_a_second())
    }

    /// The memory that it holds, in bytes.
    pub fn resident_memory(&self) -> u64 {
        self.status("VmRSS") * 1024
    }

    /// The most memory that it has held, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.status("VmHWM") * 1024
    }

    /// The most memory that it has ever asked for, touched or not, in bytes.
    pub fn peak_address_space(&self) -> u64 {
        self.status("VmPeak") * 1024
    }

    /// How often it has gone to sleep, to wait for something.
    pub fn sleeps(&self) -> u64 {
        self.status("voluntary_ctxt_switches")
    }

    /// The number of the system call that it is blocked in; `None` when it is in none, or when the
    /// kernel does not tell.
    pub fn system_call(&self) -> Option<i64> {
        let call = fs::read_to_string(format!("/proc/{}/syscall", self.pid)).ok()?;
        call.split(' ').next()?.parse().ok().filter(|&call| call >= 0)
    }

    pub fn threads(&self) -> u64 {
        self.status("Threads")
    }

    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.pid)).expect("it is running").count()
    }

    fn status(&self, field: &str) -> u64 {
        let status = self.read("status");
        let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
        let number = line.split_whitespace().nth(1).and_then(|number| number.parse().ok());
        number.unwrap_or_else(|| panic!("/proc/{}/status has no {field}", self.pid))
    }

    fn read(&self, file: &str) -> String {
        let path = format!("/proc/{}/{file}", self.pid);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

fn ticks_a_second() -> u64 {
    // SAFETY: sysconf only reads.
    unsafe { libc::sysconf(libc::_SC_CLK_TCK) as u64 }
}
