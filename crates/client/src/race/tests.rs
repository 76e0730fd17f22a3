use std::cell::RefCell;
use std::convert::Infallible;
use std::net::Ipv4Addr;

use hyper_util::client::legacy::connect::{self, Connection};
use tokio::runtime::Builder;
use tower_layer::Layer as _;
use tower_service::Service;

use super::*;
use crate::connections::Connections;
use crate::connector::{ConnectTimedOut, Connector, ConnectorLayer};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// What connecting to an address comes to, and after how many ms.
#[derive(Clone, Copy)]
enum Host {
    Accepts(u64),
    Refuses(u64),
    SpeaksNoTls(u64),
    Hangs,
}

use Host::{Accepts, Hangs, Refuses, SpeaksNoTls};

#[derive(Debug, PartialEq)]
enum Failure {
    Refused(u16),
    NoTls(u16),
    TimedOut,
    Lost,
}

/// The connection that a host has accepted, or how it failed.
struct Connected(Result<u16, Failure>);

impl Connection for Connected {
    fn connected(&self) -> connect::Connected {
        connect::Connected::new()
    }
}

/// A connector to these hosts, whose addresses differ in the port.
#[derive(Clone)]
struct ToHosts(&'static [Host]);

impl Service<()> for ToHosts {
    type Response = Connected;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, (): ()) -> Self::Future {
        let hosts = self.0;
        Box::pin(async move {
            let attempt = Attempt::current().unwrap();
            if attempt.address().is_none() {
                let all = (0..).zip(hosts).map(|(port, _)| address(port));
                attempt.resolved(&all.collect::<Vec<_>>());
            }
            let port = attempt.address().unwrap().port();
            let (wait, outcome) = match hosts.get(usize::from(port)).unwrap() {
                Accepts(wait) => (*wait, Ok(port)),
                Refuses(wait) => (*wait, Err(Failure::Refused(port))),
                SpeaksNoTls(wait) => (*wait, Err(Failure::NoTls(port))),
                Hangs => (u64::MAX >> 24, Ok(port)),
            };
            sleep(Duration::from_millis(wait)).await;
            Ok(Connected(outcome))
        })
    }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

struct Outcome {
    result: Result<u16, Failure>,
    /// The ports of the hosts that got the request.
    written: Vec<u16>,
    attempts: usize,
    ms: u128,
}

/// A request to these hosts, which answer after a second; `kept`: over a kept connection.
fn request(hosts: &'static [Host], kept: bool) -> Outcome {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let connector = ConnectorLayer {
        timeout: CONNECT_TIMEOUT,
        connections: Connections::default(),
    }
    .layer(ToHosts(hosts));
    let (written, attempts) = (RefCell::new(Vec::new()), RefCell::new(0));
    let attempt = || async {
        *attempts.borrow_mut() += 1;
        let port = if kept {
            99
        } else {
            connect(connector.clone()).await?
        };
        written.borrow_mut().push(port);
        sleep(Duration::from_secs(1)).await;
        if hosts.is_empty() {
            Err(Failure::Lost)
        } else {
            Ok(port)
        }
    };
    let rank = |failure: &Failure| match failure {
        Failure::Refused(_) => Some(0),
        Failure::NoTls(_) => Some(1),
        Failure::TimedOut | Failure::Lost => None,
    };
    let (result, ms) = runtime.block_on(async {
        let start = Instant::now();
        let result = run(&Arc::default(), attempt, rank).await;
        (result, start.elapsed().as_millis())
    });
    Outcome {
        result,
        written: written.into_inner(),
        attempts: attempts.into_inner(),
        ms,
    }
}

async fn connect(mut connector: Connector<ToHosts>) -> Result<u16, Failure> {
    poll_fn(|context| connector.poll_ready(context))
        .await
        .unwrap();
    match connector.call(()).await {
        Ok(Connected(outcome)) => outcome,
        Err(error) => {
            assert!(error.is::<ConnectTimedOut>());
            Err(Failure::TimedOut)
        }
    }
}

#[test]
fn addresses_that_hang_cost_a_delay_each() {
    let hosts = &[Hangs, Hangs, Hangs, Hangs, Hangs, Hangs, Hangs, Accepts(20)];
    let outcome = request(hosts, false);
    assert_eq!(outcome.result, Ok(7));
    assert_eq!(outcome.written, [7]);
    assert!((2770..2790).contains(&outcome.ms), "{}", outcome.ms);
}

#[test]
fn the_first_one_to_connect_gets_the_request_and_no_other() {
    let outcome = request(&[Accepts(900); 8], false);
    assert_eq!(outcome.result, Ok(0));
    assert_eq!((outcome.written, outcome.attempts), (vec![0], 4));
    assert!((1900..1910).contains(&outcome.ms), "{}", outcome.ms);
    let outcome = request(&[Accepts(900), Accepts(100), Accepts(0)], false);
    assert_eq!((outcome.written, outcome.attempts), (vec![1], 2));
    // Both in the same turn of the runtime.
    let outcome = request(&[Accepts(260), Accepts(10), Accepts(10)], false);
    assert_eq!(outcome.written.len(), 1);
}

#[test]
fn a_failure_starts_the_next_attempt_at_once() {
    let outcome = request(&[Refuses(5), Refuses(5), SpeaksNoTls(5), Accepts(5)], false);
    assert_eq!(outcome.result, Ok(3));
    assert!((1020..1030).contains(&outcome.ms), "{}", outcome.ms);
}

#[test]
fn of_failures_the_most_telling_one_is_returned() {
    let of = |hosts| request(hosts, false).result.unwrap_err();
    assert_eq!(of(&[Refuses(5), Refuses(5)]), Failure::Refused(1));
    assert_eq!(of(&[SpeaksNoTls(5), Refuses(5)]), Failure::NoTls(0));
    assert_eq!(of(&[Refuses(5), SpeaksNoTls(5)]), Failure::NoTls(1));
    assert_eq!(of(&[SpeaksNoTls(300), Refuses(5)]), Failure::NoTls(0));
    let outcome = request(&[Hangs, Refuses(5), Hangs], false);
    assert_eq!(outcome.result, Err(Failure::TimedOut));
    assert!((2000..2010).contains(&outcome.ms), "{}", outcome.ms);
}

#[test]
fn nothing_else_starts_beside_a_kept_connection() {
    let outcome = request(&[Accepts(0), Accepts(0)], true);
    assert_eq!(outcome.result, Ok(99));
    assert_eq!((outcome.written, outcome.attempts), (vec![99], 1));
    let outcome = request(&[], true);
    assert_eq!((outcome.result, outcome.attempts), (Err(Failure::Lost), 1));
}

#[test]
fn families_take_turns() {
    let addresses = |ports: &[&str]| -> Vec<SocketAddr> {
        ports.iter().map(|port| port.parse().unwrap()).collect()
    };
    assert_eq!(
        interleaved(&addresses(&[
            "[::1]:0",
            "[::2]:0",
            "[::3]:0",
            "1.1.1.1:0",
            "2.2.2.2:0"
        ])),
        addresses(&["[::1]:0", "1.1.1.1:0", "[::2]:0", "2.2.2.2:0", "[::3]:0"])
    );
    assert_eq!(
        interleaved(&addresses(&["1.1.1.1:0", "[::1]:0"])),
        addresses(&["1.1.1.1:0", "[::1]:0"])
    );
    assert!(interleaved(&[]).is_empty());
}
