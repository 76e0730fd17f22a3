//! Threads that race for one page, some of which die in mid-call.

use std::sync::Mutex;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::thread;

use breaker::{Call, End, Entry, Page, Process, Transition};

use super::random::{Random, seeds};

const THREADS: u32 = 8;
const CALLS: u32 = 20_000;
const SPREAD: u64 = 0xfeed;

#[test]
fn an_outage_has_one_probe_at_a_time() {
    seeds(1, |seed| {
        let counts = race(seed, true);
        // How many there are depends on how the threads run: some hundreds on idle processors.
        assert!(counts.probes > 10, "{counts:?}, SPREAD_SEED={seed}");
        assert_eq!((counts.opened, counts.closed), (1, 0), "SPREAD_SEED={seed}");
    });
}

#[test]
fn each_opening_and_closing_is_logged_once() {
    seeds(1, |seed| {
        let counts = race(seed, false);
        assert!(counts.opened > 100, "{counts:?}, SPREAD_SEED={seed}");
        let open = counts.opened - counts.closed;
        assert!(open <= 1, "{counts:?}, SPREAD_SEED={seed}");
    });
}

#[derive(Debug)]
struct Counts {
    opened: u32,
    closed: u32,
    probes: u32,
}

/// In an outage all attempts fail, so nothing closes the circuit while a probe is in flight.
fn race(seed: u64, outage: bool) -> Counts {
    let page = Page::new();
    let clock = AtomicU64::new(1);
    let probes = AtomicU32::new(0);
    let ids = AtomicU32::new(1);
    let dead = Mutex::new(Vec::new());
    let is_alive = |id| !dead.lock().unwrap().contains(&id);
    let [opened, closed, probed] = [(); 3].map(|()| AtomicU32::new(0));
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (page, clock, probes, ids, dead) = (&page, &clock, &probes, &ids, &dead);
            let (opened, closed, probed, is_alive) = (&opened, &closed, &probed, &is_alive);
            scope.spawn(move || {
                let mut random = Random(seed.wrapping_add(u64::from(thread)));
                let mut id = ids.fetch_add(1, SeqCst);
                for _ in 0..CALLS {
                    let call = Call {
                        origin: SPREAD,
                        process: Process { id, pool: 0 },
                        // Nothing is left behind by age.
                        limit: 30_000_000,
                        with_outbox: true,
                        spares_last_process: false,
                    };
                    // 0 to 255 ms a call: hold-offs end while others race.
                    let now = clock.fetch_add(random.next() % 256, SeqCst);
                    let Entry::Try(pass) = page.enter(&call, now, is_alive) else {
                        continue;
                    };
                    let is_probe = pass.is_probe();
                    if is_probe && outage {
                        assert_eq!(
                            probes.fetch_add(1, SeqCst),
                            0,
                            "two probes, SPREAD_SEED={seed}"
                        );
                    }
                    probed.fetch_add(u32::from(is_probe), SeqCst);
                    if random.one_in(4) {
                        thread::yield_now();
                    }
                    if is_probe && outage {
                        probes.fetch_sub(1, SeqCst);
                    }
                    if random.one_in(200) {
                        dead.lock().unwrap().push(id);
                        id = ids.fetch_add(1, SeqCst);
                        continue;
                    }
                    let end = match random.next() % 8 {
                        0..4 if !outage => End::Answered,
                        // After such a probe, the next is due at once.
                        0..7 if outage => End::Unknown,
                        4 => End::Unknown,
                        _ => End::EndpointFailed,
                    };
                    match page.leave(pass, end, clock.load(SeqCst)) {
                        Some(Transition::Opened { .. }) => opened.fetch_add(1, SeqCst),
                        Some(Transition::Closed { .. }) => closed.fetch_add(1, SeqCst),
                        None => 0,
                    };
                }
                dead.lock().unwrap().push(id);
            });
        }
    });
    // All are dead. Fewer than four calls in flight are not worth a look at who lives.
    let now = clock.load(SeqCst) + 2_000;
    let crowd = page.look((SPREAD, 0), true, now, is_alive).crowd;
    assert!(crowd.in_flight < 4, "{crowd:?}, SPREAD_SEED={seed}");
    let [opened, closed, probes] = [opened, closed, probed].map(AtomicU32::into_inner);
    Counts {
        opened,
        closed,
        probes,
    }
}
