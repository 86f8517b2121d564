//! Giving up every right that reading an archive does not need.

use std::collections::BTreeMap;
use std::io;

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, Scope};
use libc::{rlimit, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

use crate::error::Error;

/// What this process may use from now on.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// Bytes of address space beyond what the process has already.
    pub memory: u64,
    /// Seconds of processor time.
    pub cpu_s: u64,
}

/// Calls that only touch memory, clocks and descriptors which are open already.
const CALLS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_clock_gettime,
    libc::SYS_getrandom,
    libc::SYS_sched_yield,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Calls whose third argument is a protection, which must not make memory executable.
const MAPPING_CALLS: &[i64] = &[libc::SYS_mmap, libc::SYS_mprotect];

/// Give up files, network, new processes and new privileges for good; what is open stays open.
///
/// Call it while the process has one thread. Landlock is added where the kernel has it; the filter of system calls is
/// not optional.
pub fn enter(allowance: Allowance) -> Result<(), Error> {
    limit(libc::RLIMIT_CORE, 0)?;
    limit(libc::RLIMIT_FSIZE, 0)?;
    limit(libc::RLIMIT_CPU, allowance.cpu_s)?;
    limit(
        libc::RLIMIT_AS,
        allowance.memory.saturating_add(address_space()?),
    )?;
    restrict_paths().map_err(|error| Error::Sandbox(error.to_string()))?;
    restrict_calls().map_err(|error| Error::Sandbox(error.to_string()))
}

fn limit(resource: libc::__rlimit_resource_t, value: u64) -> Result<(), Error> {
    let bounds = rlimit {
        rlim_cur: value,
        rlim_max: value,
    };
    // SAFETY: `bounds` is a whole structure that outlives the call.
    match unsafe { setrlimit(resource, &raw const bounds) } {
        0 => Ok(()),
        _ => Err(Error::Sandbox(io::Error::last_os_error().to_string())),
    }
}

fn address_space() -> Result<u64, Error> {
    let unknown = || Error::Sandbox("the process's size is unknown".into());
    let sizes = std::fs::read_to_string("/proc/self/statm").map_err(|_| unknown())?;
    let pages: u64 = sizes
        .split(' ')
        .next()
        .and_then(|word| word.parse().ok())
        .ok_or_else(unknown)?;
    // SAFETY: sysconf reads a constant of the system.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    Ok(pages * page.unsigned_abs())
}

/// Handle every right that the kernel knows, and allow none.
fn restrict_paths() -> Result<(), landlock::RulesetError> {
    let newest = ABI::V6;
    Ruleset::default()
        .handle_access(AccessFs::from_all(newest))?
        .handle_access(AccessNet::from_all(newest))?
        .scope(Scope::from_all(newest))?
        .create()?
        .restrict_self()?;
    Ok(())
}

fn restrict_calls() -> Result<(), Box<dyn std::error::Error>> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        CALLS.iter().map(|call| (*call, Vec::new())).collect();
    for call in MAPPING_CALLS {
        let executable = SeccompCmpOp::MaskedEq(libc::PROT_EXEC.unsigned_abs().into());
        let condition = SeccompCondition::new(2, SeccompCmpArgLen::Dword, executable, 0)?;
        rules.insert(*call, vec![SeccompRule::new(vec![condition])?]);
    }
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter = SeccompFilter::new(
        rules,
        refused,
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into()?,
    )?;
    let program: BpfProgram = filter.try_into()?;
    Ok(apply_filter(&program)?)
}
