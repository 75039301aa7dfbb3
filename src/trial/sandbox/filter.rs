//! A filter of system calls for programs in the sandbox, see seccomp(2). It refuses a short list of calls
//! that no server needs, and by which a stranger's program could reach around the walls or into the kernel.
//! Such a call fails with EPERM, and runtimes that only try it do without.

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, sock_filter,
};
use std::collections::BTreeMap;
use std::env::consts::ARCH;

/// Refused, whatever the arguments are.
const REFUSED: &[c_long] = &[
    // They take over other processes, such as process 1, which is bubblewrap's.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // With it, the kernel does things for a program without a system call, past this filter.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Keys belong to the account that hosts: its pushes and its sessions share them, and their number.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Memory that no limit counts, and that stays when its process ends.
    libc::SYS_shmget,
    libc::SYS_semget,
    libc::SYS_msgget,
    // Of these, an account has a number that all of its pushes share.
    #[cfg(target_arch = "x86_64")]
    libc::SYS_inotify_init,
    libc::SYS_inotify_init1,
    libc::SYS_fanotify_init,
    // And of these, in bytes.
    libc::SYS_mq_open,
    // Of these, all of the system has a number.
    libc::SYS_io_setup,
    // Memory that not even the kernel can look into.
    libc::SYS_memfd_secret,
    // New namespaces, in which a program would have privileges.
    libc::SYS_unshare,
    libc::SYS_setns,
    // Tools to look at a kernel, and to attack one with.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    // Descriptors of 16-bit programs.
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// Families of sockets that reach this machine's own network, which is all there is. Others lead around
/// it, as AF_VSOCK does to the machine that runs a virtual one, or load modules of the kernel.
const FAMILIES: [libc::c_int; 4] = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
/// Go asks for the last, and takes the first where it is not there.
const INTERNET: [libc::c_int; 4] = [0, libc::IPPROTO_TCP, libc::IPPROTO_UDP, libc::IPPROTO_MPTCP];

/// By these, a process asks for a signal when a socket is ready: see F_SETOWN in fcntl(2), and ioctl_tty(2).
const SIGNALS_BY_FCNTL: [libc::c_int; 3] = [libc::F_SETOWN, F_SETSIG, F_SETOWN_EX];
const F_SETSIG: libc::c_int = 10;
const F_SETOWN_EX: libc::c_int = 15;
/// FIOASYNC, FIOSETOWN and SIOCSPGRP.
const SIGNALS_BY_IOCTL: [libc::c_int; 3] = [0x5452, 0x8901, 0x8902];

/// Numbers of system calls from here on are those of x32, another ABI of x86-64: each call of the list
/// has a second number there.
const X32: u32 = 0x4000_0000;

/// The filter as bubblewrap reads it: an array of `struct sock_filter`. The error is that of a processor
/// for which there is none.
pub fn program() -> Result<Vec<u8>, String> {
    let cannot = |error: &dyn std::error::Error| format!("no filter of system calls: {error}");
    let arch = ARCH.try_into().map_err(|error: seccompiler::BackendError| cannot(&error))?;
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    // A call by another ABI, such as i386's, ends the process.
    let filter = SeccompFilter::new(rules(), SeccompAction::Allow, refuse, arch);
    let program: BpfProgram =
        filter.and_then(BpfProgram::try_from).map_err(|error| cannot(&error))?;
    let instructions = refuse_x32().into_iter().chain(program);
    Ok(instructions.flat_map(bytes).collect())
}

fn rules() -> BTreeMap<i64, Vec<SeccompRule>> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        REFUSED.iter().map(|&call| (call, Vec::new())).collect();
    let family = |family| is(0, SeccompCmpOp::Eq, family);
    let not_in = |argument, values: &[libc::c_int]| -> Vec<SeccompCondition> {
        values.iter().map(|&value| is(argument, SeccompCmpOp::Ne, value)).collect()
    };
    let odd_internet = |of| [vec![family(of)], not_in(2, &INTERNET)].concat();
    let sockets = [
        not_in(0, &FAMILIES),
        odd_internet(libc::AF_INET),
        odd_internet(libc::AF_INET6),
        [vec![family(libc::AF_NETLINK)], not_in(2, &[libc::NETLINK_ROUTE])].concat(),
    ];
    let rule = |conditions| SeccompRule::new(conditions).expect("it has conditions");
    rules.insert(libc::SYS_socket, sockets.map(rule).into());
    // A mapping that grows downwards counts as a stack, and not as memory.
    let grows = is(3, SeccompCmpOp::MaskedEq(libc::MAP_GROWSDOWN as u64), libc::MAP_GROWSDOWN);
    rules.insert(libc::SYS_mmap, vec![rule(vec![grows])]);
    rules.insert(libc::SYS_socketpair, vec![rule(not_in(0, &[libc::AF_UNIX]))]);
    // With it, a process hides what it has open from the tester, whose account is the same. A tester that
    // is root sees it all the same.
    let hide = [libc::PR_SET_DUMPABLE, 0];
    let hide = hide.into_iter().zip(0..).map(|(value, at)| is(at, SeccompCmpOp::Eq, value));
    rules.insert(libc::SYS_prctl, vec![rule(hide.collect())]);
    // A socket that sends a signal when it is ready wakes a thread which nobody sees wait for it.
    let to_signal = SIGNALS_BY_FCNTL.map(|command| vec![is(1, SeccompCmpOp::Eq, command)]);
    let mut by_fcntl: Vec<SeccompRule> = to_signal.map(rule).into();
    let sets_flags = is(1, SeccompCmpOp::Eq, libc::F_SETFL);
    let signals = is(2, SeccompCmpOp::MaskedEq(libc::O_ASYNC as u64), libc::O_ASYNC);
    by_fcntl.push(rule(vec![sets_flags, signals]));
    rules.insert(libc::SYS_fcntl, by_fcntl);
    let by_ioctl = SIGNALS_BY_IOCTL.map(|request| rule(vec![is(1, SeccompCmpOp::Eq, request)]));
    rules.insert(libc::SYS_ioctl, by_ioctl.into());
    rules
}

/// A condition on an argument, of which these calls read 32 bits, or are refused by their lower 32.
fn is(argument: u8, how: SeccompCmpOp, value: libc::c_int) -> SeccompCondition {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, how, value as u64)
        .expect("a call has six arguments")
}

/// Goes before the rest, which knows nothing of x32. See `struct seccomp_data` in seccomp(2).
fn refuse_x32() -> Vec<sock_filter> {
    if ARCH != "x86_64" {
        return Vec::new();
    }
    let [load_number, jump_if_less, give] = [
        libc::BPF_LD | libc::BPF_W | libc::BPF_ABS,
        libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K,
        libc::BPF_RET | libc::BPF_K,
    ]
    .map(|code| code as u16);
    let refusal = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
    vec![
        sock_filter { code: load_number, jt: 0, jf: 0, k: 0 },
        sock_filter { code: jump_if_less, jt: 0, jf: 1, k: X32 },
        sock_filter { code: give, jt: 0, jf: 0, k: refusal },
    ]
}

fn bytes(instruction: sock_filter) -> Vec<u8> {
    let sock_filter { code, jt, jf, k } = instruction;
    [&code.to_ne_bytes()[..], &[jt, jf], &k.to_ne_bytes()].concat()
}
