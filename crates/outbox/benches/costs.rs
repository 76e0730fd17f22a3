//! The costs of a store, for benches/outbox.py: fills an outbox, or times two of them alternately.
//!
//!     outbox_costs fill FILE COUNT ENDPOINT PUBLIC_KEY
//!     outbox_costs compare FILE OTHER ROUNDS
//!
//! `compare` prints, for each file, the medians in µs of every round: of enqueuing one update, and of
//! claiming eight and releasing them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use outbox::retry::Policy;
use outbox::store::{ClaimRequest, Completion, LeaseRequest, Outcome, Update};
use outbox::{Address, Opening, Store, Timeout, open};

/// As many bytes as the documented order has.
const BODY: [u8; 1463] = [b'x'; 1463];

fn store(path: &str) -> Box<dyn Store + Send> {
    let address = format!("sqlite:{path}?synchronous=normal");
    let address = Address::parse(address.as_bytes()).unwrap().unwrap();
    let opening = Opening {
        timeout: Timeout::Each(Duration::from_secs(5)),
        create: true,
    };
    open(&address, opening).unwrap()
}

/// Ids as a shop gives them.
fn id(number: u64) -> String {
    format!("{number:07}")
}

fn enqueue(store: &mut dyn Store, endpoint: &str, public_key: &[u8], number: u64) {
    let now = store.now().unwrap();
    let order_id = id(number);
    let update = Update {
        endpoint,
        public_key,
        method: methods::UPDATE_ORDER,
        order_id: order_id.as_bytes(),
        body: &BODY,
    };
    store.enqueue(&update, None, now).unwrap();
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn timed(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64() * 1e6
}

/// The medians of one round.
fn round(store: &mut dyn Store, number: &mut u64) -> (f64, f64) {
    let (endpoint, public_key) = ("https://spread.example/", b"shop");
    let enqueued = (0..100).map(|_| {
        *number += 1;
        timed(|| enqueue(store, endpoint, public_key, *number))
    });
    let enqueued = median(enqueued.collect());
    let claimed = (0..50).map(|token| {
        timed(|| {
            let now = store.now().unwrap();
            let request = ClaimRequest {
                limit: 8,
                public_keys: &[public_key.to_vec()],
                lease: LeaseRequest {
                    token: token + 1,
                    until: now + 10_000,
                },
                oldest: 0,
            };
            let result = store.claim(&request, now).unwrap();
            assert_eq!(result.claimed.len(), 8);
            let released: Vec<Completion> = result
                .claimed
                .iter()
                .map(|claimed| Completion {
                    lease: claimed.lease,
                    outcome: Outcome::Released,
                    jitter: 0.0,
                })
                .collect();
            store.complete(&released, &Policy::default(), now).unwrap();
        })
    });
    (enqueued, median(claimed.collect()))
}

fn main() {
    // cargo appends `--bench`.
    let arguments = std::env::args().skip(1);
    let arguments: Vec<String> = arguments.filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["fill", path, count, endpoint, public_key] => {
            let mut store = store(path);
            for number in 0..count.parse().unwrap() {
                enqueue(store.as_mut(), endpoint, public_key.as_bytes(), number);
            }
            store.checkpoint().unwrap();
        }
        ["compare", path, other, rounds] => {
            let mut stores = [store(path), store(other)];
            let mut number = 1 << 40;
            let mut lines = Vec::new();
            for nth in 0..rounds.parse().unwrap() {
                let mut line = [(0.0, 0.0); 2];
                for index in [nth % 2, (nth + 1) % 2] {
                    line[index] = round(stores[index].as_mut(), &mut number);
                }
                let [(a, b), (c, d)] = line;
                lines.push(format!("[[{a:.2},{b:.2}],[{c:.2},{d:.2}]]"));
            }
            println!("[{}]", lines.join(","));
        }
        _ => std::process::exit(2),
    }
}
