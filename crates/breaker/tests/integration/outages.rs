//! What outages of SPREAD cost a simulated server.

use std::ops::Range;

use breaker::{End, Millis, State, Transition};

use super::random::{Random, seeds};
use super::server::{Log, Setup, Spread, run};

const MODES: [bool; 2] = [true, false];

/// Ten processes, three orders and 20 pages a second; one of ten is busy while SPREAD is well.
fn shop(seed: u64, with_outbox: bool) -> Setup {
    Setup {
        seed,
        processes: 10,
        on_demand: false,
        with_outbox,
        page_gap: 50.0,
        order_gap: 333.0,
        regular: false,
        limit: 5_000,
        killed: 0,
        terminated_after: Millis::MAX,
        plan: Vec::new(),
        end: 300_000,
    }
}

/// Milliseconds that processes waited for SPREAD between two times.
fn waited(log: &Log, from: Millis, to: Millis) -> Millis {
    let attempts = log.attempts.iter();
    attempts
        .map(|attempt| {
            attempt
                .ended
                .min(to)
                .saturating_sub(attempt.started.max(from))
        })
        .sum()
}

/// The wait of pages for a process between two times, which this share of them stays below.
fn page_wait(log: &Log, from: Millis, to: Millis, percent: usize) -> Millis {
    let pages = log.pages.iter();
    let mut waits: Vec<Millis> = pages
        .filter(|(arrived, _)| (from..to).contains(arrived))
        .map(|(_, wait)| *wait)
        .collect();
    waits.sort_unstable();
    waits[waits.len() * percent / 100]
}

/// From one timeout after its opening on, an outage costs one process of ten, and that only while it probes:
/// 5 s of 6, 7, 9, 13, 15 …
#[test]
fn an_endpoint_that_hangs_costs_the_pool_one_probe() {
    seeds(4, |seed| {
        for (with_outbox, terminated_after) in [
            (true, Millis::MAX),
            (false, Millis::MAX),
            (true, 3_000),
            (false, 3_000),
        ] {
            let (begin, end) = (60_000, 180_000);
            let plan = vec![(begin, Spread::Hangs), (end, Spread::Well)];
            let setup = Setup {
                plan,
                terminated_after,
                ..shop(seed, with_outbox)
            };
            let name = format!("SPREAD_SEED={seed}, {setup:?}");
            let log = run(setup);

            let before = log.held.iter().filter(|(time, _)| *time < begin).count();
            assert_eq!(before, 0, "{name}");
            let first = waited(&log, begin, begin + 12_000);
            let later = waited(&log, begin + 12_000, end);
            println!(
                "first 12 s: {} %, later {:.1} % of the pool; pages: {} and {} ms, {name}",
                first / 1_200,
                later as f64 / (10.0 * 1_080.0),
                page_wait(&log, begin, end, 95),
                page_wait(&log, begin, end, 100 - 1),
            );
            let most = if with_outbox { 5 } else { 6 };
            assert!(
                later * 100 <= 10 * (end - begin - 12_000) * most,
                "{name}: {later} ms"
            );
            assert!(page_wait(&log, begin, end, 90) <= 50, "{name}");
            recovers(&log, end..300_000, with_outbox, &name);
        }
    });
}

/// The circuit closes within its longest hold-off, plus the probe that was in flight at the end of the
/// outage, plus the time until the next order and its attempt; a probe that is killed may cost as much.
fn recovers(log: &Log, well: Range<Millis>, with_outbox: bool, name: &str) {
    let longest = if with_outbox { 60_000 } else { 10_000 };
    let once = longest + 5_000 + 250;
    let first = well.start.saturating_sub(5_000)..well.start + once;
    let killed = log
        .attempts
        .iter()
        .filter(|attempt| attempt.killed && first.contains(&attempt.started));
    let due = well.start + 5_000 + once * (1 + killed.count() as u64);
    // Kills may open it once more, for a second.
    let kills = log.attempts.iter().any(|attempt| attempt.killed);
    let since = if kills {
        well.start + 5_000
    } else {
        Millis::MAX
    };
    let late = log.views.iter().find(|(time, view)| {
        (due..well.end).contains(time)
            && view.state != State::Closed
            && view.since.is_some_and(|begun| begun < since)
    });
    assert!(late.is_none(), "{name}: {late:?} though well {well:?}");
}

#[test]
fn orders_that_are_held_back_do_not_wait_for_longer_than_the_outage() {
    seeds(4, |seed| {
        let plan = vec![(60_000, Spread::Hangs), (70_000, Spread::Well)];
        let log = run(Setup {
            plan,
            ..shop(seed, false)
        });
        // Hold-offs of 1, 2 and 4 s: a short outage is over soon after its end.
        let last = log.held.iter().map(|(time, _)| *time).max().unwrap();
        assert!(last < 80_000, "held back at {last}, SPREAD_SEED={seed}");
    });
}

#[test]
fn refused_connections_hold_nothing_back_without_an_outbox() {
    seeds(2, |seed| {
        let plan = vec![(30_000, Spread::Refuses), (90_000, Spread::Well)];
        let log = run(Setup {
            plan: plan.clone(),
            ..shop(seed, false)
        });
        assert_eq!(log.held, [], "SPREAD_SEED={seed}");
        assert_eq!(log.transitions, [], "SPREAD_SEED={seed}");
        let log = run(Setup {
            // No attempt is in flight when the outage begins.
            regular: true,
            plan,
            ..shop(seed, true)
        });
        assert!(log.held.len() > 100, "SPREAD_SEED={seed}");
        let lines = log.transitions.len();
        assert_eq!(lines, 2, "one opens, one closes, SPREAD_SEED={seed}");
    });
}

#[test]
fn an_endpoint_that_responds_in_3_s_holds_nothing_back_at_one_order_a_second() {
    seeds(1, |seed| {
        for with_outbox in MODES {
            for (processes, on_demand) in [(5, false), (10, false), (50, false), (50, true)] {
                for from in [0, 30_000] {
                    let log = run(Setup {
                        processes,
                        on_demand,
                        page_gap: 500.0,
                        order_gap: 1_000.0,
                        regular: true,
                        plan: vec![(from, Spread::Slow), (120_000, Spread::Well)],
                        ..shop(seed, with_outbox)
                    });
                    assert_eq!(log.held, [], "{processes} processes, SPREAD_SEED={seed}");
                    assert!(log.attempts.len() >= 290);
                }
            }
        }
    });
}

/// Orders at random, one a second in the mean. Until the first slow response is there, an endpoint that has
/// become slow is like one that hangs, and calls with an outbox may be held back.
#[test]
fn a_large_pool_bears_a_slow_endpoint_and_orders_at_random() {
    seeds(4, |seed| {
        for with_outbox in MODES {
            let log = run(Setup {
                processes: 30,
                order_gap: 1_000.0,
                plan: vec![(30_000, Spread::Slow)],
                ..shop(seed, with_outbox)
            });
            let slow = log
                .attempts
                .iter()
                .find(|attempt| attempt.started >= 30_000);
            let unknown = 30_000..slow.unwrap().ended + 1;
            let known = log.held.iter().find(|(time, _)| !unknown.contains(time));
            assert_eq!(known, None, "SPREAD_SEED={seed}");
            assert!(with_outbox || log.held.is_empty(), "SPREAD_SEED={seed}");
        }
    });
}

/// Nine of ten processes would wait all the time.
#[test]
fn a_slow_endpoint_does_not_get_the_whole_pool() {
    seeds(4, |seed| {
        for with_outbox in MODES {
            let plan = vec![(30_000, Spread::Slow)];
            let log = run(Setup {
                plan,
                ..shop(seed, with_outbox)
            });
            let wait = page_wait(&log, 30_000, 300_000, 90);
            println!(
                "pages wait {wait} ms, {} of {} orders held back",
                log.held.len(),
                log.attempts.len() + log.held.len()
            );
            assert!(wait <= 500, "{wait} ms, SPREAD_SEED={seed}");
        }
    });
}

#[test]
fn anything_may_happen() {
    seeds(12, |seed| {
        let mut random = Random(seed);
        let setup = any(&mut random, seed);
        let log = run(setup.clone());
        let name = format!("SPREAD_SEED={seed}, {setup:?}");

        // Openings and closings alternate.
        for pair in log.transitions.windows(2) {
            let [(_, first), (_, second)] = pair else {
                unreachable!()
            };
            let opened = |transition| matches!(transition, &Transition::Opened { .. });
            assert!(opened(first) != opened(second), "{pair:?}, {name}");
        }
        let bounds: Vec<Millis> = setup.plan.iter().map(|(from, _)| *from).collect();
        for (place, (begin, spread)) in setup.plan.iter().enumerate() {
            let end = bounds.get(place + 1).copied().unwrap_or(setup.end);
            match spread {
                Spread::Well => recovers(&log, *begin..end, setup.with_outbox, &name),
                Spread::Hangs => costs_one_probe(&log, *begin, end, &setup, &name),
                _ => {}
            }
        }
    });
}

/// Once the circuit is open, and the attempts that were in flight have timed out, one process waits.
fn costs_one_probe(log: &Log, begin: Millis, end: Millis, setup: &Setup, name: &str) {
    // A response to an attempt before the outage may close the circuit once more.
    let begin = begin + 5_000;
    let failed = |attempt: &&super::server::Attempt| {
        attempt.started >= begin && !attempt.killed && attempt.end == End::EndpointFailed
    };
    let mut ends: Vec<Millis> = log
        .attempts
        .iter()
        .filter(failed)
        .map(|attempt| attempt.ended)
        .collect();
    ends.sort_unstable();
    let Some(second) = ends.get(1) else { return };
    let open = second + setup.limit;
    for (time, view) in &log.views {
        if (open + 1..end).contains(time) {
            assert!(
                matches!(view.state, State::Open | State::HalfOpen),
                "{view:?} at {time}, {name}"
            );
        }
    }
    let lost = waited(log, open, end);
    assert!(
        lost <= end.saturating_sub(open),
        "{lost} ms from {open} to {end}, {name}"
    );
}

/// A server and its outages, each followed by time to recover.
fn any(random: &mut Random, seed: u64) -> Setup {
    let mut plan = Vec::new();
    let mut now = 0;
    for _ in 0..random.between(1, 4) {
        now += random.between(90_000, 150_000);
        let kinds = [
            Spread::Slow,
            Spread::Hangs,
            Spread::Hangs,
            Spread::Refuses,
            Spread::Flaps,
        ];
        for _ in 0..random.between(1, 2) {
            plan.push((now, kinds[random.between(0, 4) as usize]));
            now += random.between(1_000, 90_000);
        }
        plan.push((now, Spread::Well));
    }
    Setup {
        seed,
        processes: random.between(2, 40) as usize,
        on_demand: random.one_in(3),
        with_outbox: random.one_in(2),
        page_gap: random.between(30, 500) as f64,
        order_gap: random.between(100, 1_000) as f64,
        regular: random.one_in(3),
        limit: random.between(2_000, 5_000),
        killed: [0, 0, 20, 50][random.between(0, 3) as usize],
        terminated_after: [1_500, 3_500, Millis::MAX, Millis::MAX][random.between(0, 3) as usize],
        plan,
        end: now + 100_000,
    }
}
