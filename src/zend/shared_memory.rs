//! The memory that the processes of a server share: the page of circuits. And what the page asks about
//! processes and time.
//!
//! It is an anonymous mapping, made at MINIT, before php-fpm and Apache fork. It has no name, so no other
//! user can open it and nothing is left behind; a new master, after a reload, begins with a new one.

use std::cell::Cell;
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::OnceLock;

use breaker::{Millis, Page, Process};

/// The page, mapped by the first call. MINIT makes that call, so that processes share it.
pub(crate) fn page() -> &'static Page {
    /// Where the system has no memory to share, each process has its own circuits.
    static PRIVATE: Page = Page::new();
    static PAGE: OnceLock<&Page> = OnceLock::new();
    PAGE.get_or_init(|| map().unwrap_or(&PRIVATE))
}

fn map() -> Option<&'static Page> {
    // SAFETY: a new mapping of that size, at a place that the system chooses.
    let address = unsafe {
        libc::mmap(
            ptr::null_mut(),
            size_of::<Page>(),
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    if address == libc::MAP_FAILED {
        return None;
    }
    // SAFETY: aligned to a page of the system, zero, of which a `Page` may consist, and never unmapped. The
    // processes that share it write atomics alone.
    Some(unsafe { &*address.cast::<Page>() })
}

/// This process, or this thread: with a thread-safe PHP, each serves requests. The first call in a process
/// registers it with the page.
pub(crate) fn this_process() -> Process {
    thread_local! {
        static REGISTERED: Cell<Process> = const { Cell::new(Process { id: 0, pool: 0 }) };
    }
    let registered = REGISTERED.get();
    let id = thread_id();
    // A fork changes the id.
    if registered.id == id {
        return registered;
    }
    let pool = pool();
    let process = Process { id, pool };
    REGISTERED.set(process);
    page().start(process, is_alive);
    process
}

/// The first thread's id is that of the process.
fn thread_id() -> u32 {
    #[cfg(target_os = "linux")]
    // SAFETY: takes nothing.
    return unsafe { libc::gettid() }.cast_unsigned();
    #[cfg(not(target_os = "linux"))]
    return std::process::id();
}

/// Tells the pools under one php-fpm apart: the sockets on which the process listens, by their inodes. A
/// child of php-fpm has that of its pool alone, besides what its server has inherited, and no other mark of
/// its pool on every system.
fn pool() -> u32 {
    let mut descriptors = [NONE; SOCKETS];
    let mut pool = 0_u32;
    let sockets = (0..256).filter_map(|it| Some((it, listening_socket(it)?)));
    for (place, (descriptor, inode)) in descriptors.iter_mut().zip(sockets) {
        *place = descriptor;
        pool = pool.wrapping_add(inode);
    }
    LISTENING.set(descriptors);
    pool
}

/// More than a server listens on in one process.
const SOCKETS: usize = 16;
const NONE: c_int = -1;

thread_local! {
    /// The descriptors of these sockets.
    static LISTENING: Cell<[c_int; SOCKETS]> = const { Cell::new([NONE; SOCKETS]) };
}

/// Whether somebody has connected to the server and no process has taken the connection yet.
pub(crate) fn visitors_wait() -> bool {
    let entry = |fd| libc::pollfd {
        // poll() ignores a negative one. Something else may have its number by now.
        fd: listening_socket(fd).map_or(NONE, |_| fd),
        events: libc::POLLIN,
        revents: 0,
    };
    let mut sockets = LISTENING.get().map(entry);
    // SAFETY: the array and its length, and no time to wait.
    let ready = unsafe { libc::poll(sockets.as_mut_ptr(), SOCKETS as libc::nfds_t, 0) };
    ready > 0 && sockets.iter().any(|it| it.revents & libc::POLLIN != 0)
}

fn listening_socket(descriptor: c_int) -> Option<u32> {
    let mut listens: c_int = 0;
    let mut size = size_of_val(&listens) as libc::socklen_t;
    let mut stat = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: fills an integer and a structure; fails on what is no socket, or not open.
    let stat = unsafe {
        libc::getsockopt(
            descriptor,
            libc::SOL_SOCKET,
            libc::SO_ACCEPTCONN,
            (&raw mut listens).cast(),
            &raw mut size,
        );
        if listens == 0 || libc::fstat(descriptor, stat.as_mut_ptr()) != 0 {
            return None;
        }
        stat.assume_init()
    };
    // They are counted: the low bits differ.
    Some(stat.st_ino as u32)
}

/// Whether a process or thread of this server lives. It may run as another user.
pub(crate) fn is_alive(id: u32) -> bool {
    // SAFETY: signal 0 is none: the call only checks whether the process exists.
    let found = unsafe { libc::kill(id.cast_signed(), 0) } == 0;
    found || std::io::Error::last_os_error().raw_os_error() != Some(libc::ESRCH)
}

/// Milliseconds on the clock that all processes share and nobody sets.
pub(crate) fn monotonic_now() -> Millis {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: fills the structure.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_MONOTONIC, time.as_mut_ptr());
        time.assume_init()
    };
    let [seconds, nanos] = [time.tv_sec, time.tv_nsec].map(|part| u64::try_from(part).unwrap_or(0));
    seconds * 1_000 + nanos / 1_000_000
}
