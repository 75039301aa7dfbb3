//! What Linux tells of a running process in /proc.

use std::fs;
use std::time::Duration;

#[derive(Clone, Copy)]
pub struct Process {
    pub pid: u32,
}

impl Process {
    /// The processor time that its threads have used, in user mode and in the kernel.
    pub fn cpu_time(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.pid)).expect("it is running");
        let nanoseconds = threads.map(|thread| {
            let id = thread.expect("a directory of processes").file_name();
            // Finer than `stat`, which counts in units of 10 ms.
            let schedstat = self.read(&format!("task/{}/schedstat", id.display()));
            let first = schedstat.split(' ').next().and_then(|field| field.parse::<u64>().ok());
            first.unwrap_or_else(|| panic!("schedstat begins with a number, not {schedstat:?}"))
        });
        Duration::from_nanos(nanoseconds.sum())
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
