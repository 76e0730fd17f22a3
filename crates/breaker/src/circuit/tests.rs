use super::*;

const MODES: [bool; 2] = [true, false];
const EMPTY: Crowd = Crowd {
    processes: 10,
    in_flight: 0,
    late: 0,
    overdue: 0,
    oldest: None,
};

/// A failure of an attempt that took `elapsed` and ends now.
fn fail(circuit: Circuit, elapsed: Millis, now: Millis) -> Circuit {
    let observation = Observation {
        end: End::EndpointFailed,
        started: now - elapsed,
        probe: None,
    };
    circuit.after(observation, now)
}

fn end_probe(circuit: Circuit, end: End, now: Millis) -> Circuit {
    let probe = circuit.probe();
    let started = probe.map_or(now, |probe| probe.started);
    let observation = Observation {
        end,
        started,
        probe,
    };
    circuit.after(observation, now)
}

fn probe(circuit: Circuit, slot: u16, started: Millis) -> Circuit {
    circuit.probed_by(Probe { slot, started })
}

/// Opened at 20 s by two timeouts.
fn open() -> Circuit {
    fail(fail(Circuit::default(), 5_000, 19_000), 5_000, 20_000)
}

#[test]
fn closed_it_tries() {
    for with_outbox in MODES {
        let decide = |circuit: Circuit| circuit.decide(&EMPTY, false, with_outbox, 30_000);
        assert_eq!(decide(Circuit::default()), Decision::Try);
        let failed_once = fail(Circuit::default(), 5_000, 29_000);
        assert_eq!(decide(failed_once), Decision::Try);
    }
}

#[test]
fn two_failures_in_a_row_open_it() {
    for with_outbox in MODES {
        let decision = open().decide(&EMPTY, false, with_outbox, 20_000);
        assert_eq!(decision, Decision::Hold { until: 21_000 });
    }
    let observation = Observation {
        end: End::Answered,
        started: 19_000,
        probe: None,
    };
    let answered = fail(Circuit::default(), 5_000, 19_000).after(observation, 19_500);
    assert!(!fail(answered, 5_000, 26_000).is_open(true));
}

#[test]
fn quick_failures_do_not_open_it_without_an_outbox() {
    let quick = fail(fail(Circuit::default(), 1_000, 19_000), 5, 20_000);
    assert!(quick.is_open(true) && !quick.is_open(false));
    let mixed = fail(fail(quick, 5_000, 25_000), 5, 26_000);
    assert!(!fail(mixed, 5_000, 32_000).is_open(false));
    let slow = fail(fail(mixed, 5_000, 32_000), 1_001, 33_100);
    assert!(slow.is_open(false));
    assert_eq!(slow.due(false), 34_100);
}

#[test]
fn half_open_one_call_probes() {
    for with_outbox in MODES {
        let decide = |circuit: Circuit, lost| circuit.decide(&EMPTY, lost, with_outbox, 21_000);
        assert_eq!(decide(open(), false), Decision::Probe);
        let probed = probe(open(), 7, 21_000);
        assert_eq!(decide(probed, false), Decision::Hold { until: 22_000 });
        assert_eq!(decide(probed, true), Decision::Probe, "its process is dead");
        let unknown = end_probe(probed, End::Unknown, 21_000);
        assert_eq!(decide(unknown, false), Decision::Probe);
    }
}

#[test]
fn the_hold_off_doubles_to_its_limit() {
    for (with_outbox, expected) in [
        (true, [1, 2, 4, 8, 16, 32, 60, 60]),
        (false, [1, 2, 4, 8, 10, 10, 10, 10]),
    ] {
        let (mut circuit, mut now) = (open(), 20_000);
        for seconds in expected {
            assert_eq!(circuit.due(with_outbox) - now, seconds * 1_000);
            let started = circuit.due(with_outbox);
            now = started + 5_000;
            circuit = end_probe(probe(circuit, 1, started), End::EndpointFailed, now);
        }
        for _ in 0..20 {
            circuit = end_probe(probe(circuit, 1, now), End::EndpointFailed, now);
        }
        assert_eq!(circuit.due(true) - now, 60_000);
    }
}

#[test]
fn any_response_closes_it() {
    let closed = end_probe(probe(open(), 1, 21_000), End::Answered, 21_100);
    let observation = Observation {
        end: End::Answered,
        started: 17_000,
        probe: None,
    };
    for closed in [closed, open().after(observation, 21_100)] {
        assert!(!closed.is_open(true) && !closed.is_open(false));
        // In flight since the outage.
        let late = fail(fail(closed, 5_000, 22_000), 5_000, 22_500);
        assert_eq!(late, closed);
        assert!(fail(fail(closed, 5_000, 27_000), 5_000, 27_500).is_open(true));
    }
}

#[test]
fn only_the_probe_prolongs_an_outage() {
    assert_eq!(fail(open(), 5_000, 20_900), open());
    let first = probe(open(), 1, 21_000);
    let second = probe(first, 2, 22_000);
    let observation = Observation {
        end: End::EndpointFailed,
        started: 21_000,
        probe: first.probe(),
    };
    assert_eq!(second.after(observation, 26_000), second, "replaced");
    let refused = end_probe(second, End::EndpointFailed, 22_001);
    assert!(refused.is_open(false), "a quick failure closes nothing");
    assert_eq!(refused.due(false), 24_001);
}

#[test]
fn a_probe_of_a_call_with_an_outbox_serves_those_without() {
    let quick = fail(fail(Circuit::default(), 5, 19_000), 5, 20_000);
    let probed = probe(quick, 1, 21_000);
    let slow = fail(fail(probed, 5_000, 24_000), 5_000, 24_500);
    assert!(slow.is_open(false));
    assert_eq!(slow.probe(), probed.probe());
}

#[test]
fn it_is_64_bits() {
    assert_eq!(Circuit::default().to_bits(), 0);
    for failures in 0..=LIMIT {
        for failed_probes in [0, 9, MAX_FAILED_PROBES] {
            for probe in [None, Some(0), Some(1_023), Some(Probe::NO_SLOT)] {
                for changed in [0, 1, MAX_TIME] {
                    let circuit = Circuit {
                        failures,
                        slow_failures: LIMIT - failures,
                        failed_probes,
                        changed,
                        probe,
                    };
                    assert_eq!(Circuit::from_bits(circuit.to_bits()), circuit);
                }
            }
        }
    }
}
