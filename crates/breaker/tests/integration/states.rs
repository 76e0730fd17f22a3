//! What a call meets in each state of the page.

use breaker::{Call, End, Entry, Held, Millis, Page, Pass, Process, State, Transition};

const SHOP: Process = Process { id: 100, pool: 1 };
const SPREAD: u64 = 0xfeed;

fn process(id: u32) -> Process {
    Process { id, ..SHOP }
}

fn call(process: Process, with_outbox: bool) -> Call {
    Call {
        origin: SPREAD,
        process,
        limit: 5_000,
        with_outbox,
        spares_last_process: false,
    }
}

fn everybody(_: u32) -> bool {
    true
}

fn try_at(page: &Page, id: u32, now: Millis) -> Pass {
    pass(page.enter(&call(process(id), true), now, everybody))
}

fn pass(entry: Entry) -> Pass {
    match entry {
        Entry::Try(pass) => pass,
        Entry::Held(held) => panic!("{held:?}"),
    }
}

fn held(entry: Entry) -> Held {
    match entry {
        Entry::Held(held) => held,
        Entry::Try(pass) => panic!("{pass:?}"),
    }
}

/// A page whose circuit opened at 10 s, with a pool of 10.
fn open() -> Page {
    let page = Page::new();
    (100..110).for_each(|id| page.start(process(id), everybody));
    let passes = [try_at(&page, 100, 4_000), try_at(&page, 101, 5_000)];
    let [first, second] = passes.map(|pass| page.leave(pass, End::EndpointFailed, 10_000));
    assert_eq!(first, None);
    assert_eq!(second, Some(Transition::Opened { until: 11_000 }));
    page
}

fn in_flight(page: &Page, now: Millis) -> u32 {
    let view = page.look((SPREAD, SHOP.pool), true, now, everybody);
    view.crowd.in_flight
}

#[test]
fn an_open_circuit_says_since_when_and_until_when() {
    let page = open();
    for with_outbox in [true, false] {
        let entry = page.enter(&call(SHOP, with_outbox), 10_400, everybody);
        let expected = Held {
            state: State::Open,
            since: 10_000,
            until: 11_000,
            opened: false,
        };
        assert_eq!(held(entry), expected);
    }
    let view = page.look((SPREAD, SHOP.pool), true, 10_400, everybody);
    assert_eq!((view.state, view.since), (State::Open, Some(10_000)));
    assert_eq!((view.until, view.crowd.processes), (Some(11_000), 10));
    assert_eq!(in_flight(&page, 10_400), 0);
}

#[test]
fn one_probe_of_the_pool_closes_it() {
    let page = open();
    let probe = try_at(&page, 100, 11_000);
    assert!(probe.is_probe());
    let other = held(page.enter(&call(process(101), true), 11_001, everybody));
    assert_eq!(other.state, State::HalfOpen);
    let closed = page.leave(probe, End::Answered, 11_050);
    assert_eq!(closed, Some(Transition::Closed { since: 10_000 }));
    assert!(!try_at(&page, 101, 11_060).is_probe());
    let view = page.look((SPREAD, SHOP.pool), true, 11_060, everybody);
    assert_eq!(
        (view.state, view.since, view.until),
        (State::Closed, None, None)
    );
}

#[test]
fn a_probe_that_fails_is_no_second_opening() {
    let page = open();
    let probe = try_at(&page, 100, 11_000);
    assert_eq!(page.leave(probe, End::EndpointFailed, 16_000), None);
    let next = held(page.enter(&call(SHOP, true), 17_999, everybody));
    assert_eq!((next.since, next.until), (10_000, 18_000));
}

#[test]
fn a_probe_whose_process_was_killed_is_replaced() {
    let page = open();
    let killed = try_at(&page, 100, 11_000);
    let dead = |id| id != 100;
    assert!(pass(page.enter(&call(process(101), true), 11_100, dead)).is_probe());
    // At once, unless it had waited for long: then it failed.
    let page = open();
    let terminated = try_at(&page, 100, 11_000);
    let next = held(page.enter(&call(process(101), true), 14_000, dead));
    assert_eq!((next.state, next.until), (State::Open, 16_000));
    // So it is when the id belongs to a stranger by now: the call is too old.
    let page = open();
    let strange = try_at(&page, 100, 11_000);
    held(page.enter(&call(process(101), true), 18_900, everybody));
    assert!(try_at(&page, 101, 19_100).is_probe());
    // And when it belongs to the next process of the pool.
    let page = open();
    let reused = try_at(&page, 100, 11_000);
    page.start(process(100), everybody);
    assert!(try_at(&page, 100, 11_100).is_probe());
    drop((killed, terminated, strange, reused));
}

#[test]
fn processes_that_are_killed_while_they_wait_open_it() {
    let page = Page::new();
    let killed: Vec<Pass> = (100..104).map(|id| try_at(&page, id, 1_000)).collect();
    let by_whom = call(process(200), false);
    let held = held(page.enter(&by_whom, 4_000, |id| id >= 102));
    assert_eq!((held.state, held.opened), (State::Open, true));
    assert_eq!((held.since, held.until), (4_000, 5_000));
    drop(killed);
}

#[test]
fn a_killed_process_does_not_wait() {
    let page = Page::new();
    let killed: Vec<Pass> = (100..105).map(|id| try_at(&page, id, 1_000)).collect();
    let by_whom = call(process(200), true);
    assert_eq!(
        held(page.enter(&by_whom, 2_500, everybody)).state,
        State::Crowded
    );
    // Ten seconds later it does not even count as a failure.
    let _ = pass(page.enter(&by_whom, 12_500, |id| id >= 105));
    let view = page.look((SPREAD, SHOP.pool), true, 12_500, |id| id >= 105);
    assert_eq!((view.crowd.processes, view.crowd.in_flight), (1, 1));
    drop(killed);
}

#[test]
fn dead_processes_do_not_make_a_pool_look_large() {
    let page = Page::new();
    // pm = ondemand: 100 processes were there in the morning.
    (1_000..1_100).for_each(|id| page.start(process(id), everybody));
    let passes: Vec<Pass> = (100..106).map(|id| try_at(&page, id, 1_000)).collect();
    let _ = pass(page.enter(&call(process(106), false), 2_500, everybody));
    let crowded = held(page.enter(&call(process(107), false), 2_500, |id| id < 1_000));
    assert_eq!((crowded.state, crowded.since), (State::Crowded, 1_000));
    drop(passes);
}

#[test]
fn pools_share_circuits_and_not_crowds() {
    let page = Page::new();
    let passes: Vec<Pass> = (100..106).map(|id| try_at(&page, id, 1_000)).collect();
    let neighbour = Process { id: 200, pool: 2 };
    let _ = pass(page.enter(&call(neighbour, true), 2_500, everybody));
    let elsewhere = Call {
        origin: 7,
        ..call(process(106), true)
    };
    let _ = pass(page.enter(&elsewhere, 2_500, everybody));
    held(page.enter(&call(process(107), true), 2_500, everybody));
    for pass in passes {
        page.leave(pass, End::EndpointFailed, 6_000);
    }
    held(page.enter(&call(neighbour, true), 6_500, everybody));
    let _ = pass(page.enter(&elsewhere, 6_500, everybody));
}

#[test]
fn a_call_inside_a_call_leaves_the_outer_one() {
    let page = Page::new();
    let outer = try_at(&page, 100, 1_000);
    let inner = try_at(&page, 100, 2_000);
    assert_eq!(in_flight(&page, 2_000), 1);
    page.leave(inner, End::Answered, 2_100);
    assert_eq!(in_flight(&page, 2_100), 1);
    page.leave(outer, End::Answered, 3_000);
    assert_eq!(in_flight(&page, 3_000), 0);
    // The outer call is the probe; the inner one waits for the next.
    let page = open();
    let probe = try_at(&page, 100, 11_000);
    held(page.enter(&call(process(100), true), 11_100, everybody));
    page.leave(probe, End::Answered, 12_000);
}

#[test]
fn a_pass_that_was_lost_ends_by_its_age() {
    let page = Page::new();
    let lost = try_at(&page, 100, 1_000);
    assert_eq!(in_flight(&page, 9_000), 1);
    assert_eq!(in_flight(&page, 9_001), 0);
    let next = try_at(&page, 100, 9_001);
    page.leave(lost, End::Answered, 9_002);
    assert_eq!(in_flight(&page, 9_002), 1, "of the next call");
    page.leave(next, End::Answered, 9_003);
    assert_eq!(in_flight(&page, 9_003), 0);
}

#[test]
fn it_is_five_pages_of_the_system() {
    assert!(size_of::<Page>() <= 5 * 4_096);
}

#[test]
fn full_tables_hold_nothing_back() {
    let page = Page::new();
    (10_000..11_024).for_each(|id| page.start(process(id), everybody));
    let passes: Vec<Pass> = (100..900).map(|id| try_at(&page, id, 1_000)).collect();
    let uncounted = try_at(&page, 900, 9_000);
    assert_eq!(in_flight(&page, 9_000), 0);
    // Circuits work without slots, their probes included.
    let transitions = passes
        .into_iter()
        .filter_map(|pass| page.leave(pass, End::EndpointFailed, 10_000));
    assert_eq!(transitions.count(), 1);
    let probe = try_at(&page, 100, 11_000);
    held(page.enter(&call(process(101), true), 11_001, everybody));
    page.leave(probe, End::Answered, 11_100);
    page.leave(uncounted, End::Answered, 11_100);
    // The dead make room.
    let pass = pass(page.enter(&call(process(902), true), 12_000, |id| id < 10_000));
    assert_eq!(in_flight(&page, 12_000), 1);
    page.leave(pass, End::Answered, 12_001);

    let far = |origin| Call {
        origin,
        ..call(SHOP, true)
    };
    for now in [20_000, 20_001] {
        for origin in 1..=40 {
            let pass = self::pass(page.enter(&far(origin), now, everybody));
            page.leave(pass, End::EndpointFailed, now);
        }
    }
    let held_back = (1..=40)
        .filter(|origin| matches!(page.enter(&far(*origin), 20_100, everybody), Entry::Held(_)))
        .count();
    assert_eq!(held_back, 15, "SPREAD has the other place");
}

#[test]
fn an_endpoint_unused_for_long_gives_its_place_to_another() {
    let page = open();
    let far = |origin| Call {
        origin,
        ..call(SHOP, true)
    };
    let stale = try_at(&page, 100, 11_000);
    for origin in 1..=16 {
        let _ = pass(page.enter(&far(origin), 700_000 + origin, everybody));
    }
    // Its last attempt says nothing about the next endpoint, which starts closed.
    assert_eq!(page.leave(stale, End::EndpointFailed, 700_100), None);
    let view = page.look((SPREAD, SHOP.pool), true, 700_100, everybody);
    assert_eq!(view.state, State::Closed);
}

#[test]
fn a_call_after_the_response_leaves_the_last_process_to_the_next_page() {
    let page = Page::new();
    (100..105).for_each(|id| page.start(process(id), everybody));
    let after_response = |id| Call {
        spares_last_process: true,
        ..call(process(id), true)
    };
    // None of them is late.
    let mut passes: Vec<Pass> = (100..104)
        .map(|id| pass(page.enter(&after_response(id), 10_000, everybody)))
        .collect();
    let expected = Held {
        state: State::Crowded,
        since: 10_000,
        until: 11_010,
        opened: false,
    };
    assert_eq!(
        held(page.enter(&after_response(104), 10_010, everybody)),
        expected
    );
    assert_eq!(in_flight(&page, 10_010), 4);
    // A customer waits for the response to this one.
    let direct = try_at(&page, 104, 10_010);
    assert_eq!(page.leave(direct, End::Answered, 10_020), None);
    for pass in passes.drain(..1) {
        assert_eq!(page.leave(pass, End::Answered, 10_020), None);
    }
    let _ = pass(page.enter(&after_response(104), 10_030, everybody));
}
