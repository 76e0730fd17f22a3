//! Where claimed records are sent: one after the other in the calling thread, or on threads with a
//! connection each.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::attempt::{self, Attempt};
use super::store::{Claimed, Lease, Outcome};
use crate::config::{self, Config, Keys};
use crate::error::{Error, Kind, OrderName};
use crate::runtime;

/// A record that is to be sent before its lease ends.
pub struct Job {
    pub claimed: Claimed,
    pub config: Arc<Config>,
    /// When it is too late to begin: the attempt could outlast the lease.
    pub latest: Instant,
}

/// What became of a job.
pub struct Done {
    pub lease: Lease,
    pub order: OrderName,
    pub outcome: Outcome,
}

/// A number of places in each of which one record at a time is sent.
pub trait Lanes {
    /// How many more jobs can start.
    fn idle(&self) -> usize;

    fn in_flight(&self) -> usize;

    fn start(&mut self, job: Job);

    /// The jobs that have ended. Waits `wait` at most for the first of them; also returns when there is
    /// something else to look at.
    fn ended(&mut self, wait: Duration) -> Vec<Done>;
}

/// Sends `job` in the calling thread.
fn send(job: &Job, on_thread_start: fn()) -> Outcome {
    if Instant::now() >= job.latest {
        return Outcome::Released;
    }
    let body = Bytes::copy_from_slice(&job.claimed.body);
    let attempt = runtime::run(on_thread_start, async |session| {
        session.send(&job.config, body).await
    });
    let attempt: Attempt = attempt.unwrap_or_else(|error| {
        Err(Kind::Connect {
            to: "SPREAD".into(),
            reason: error.kind().to_string(),
        }
        .into())
    });
    let order = OrderName::new(&job.claimed.order_id);
    attempt::outcome(&attempt::examined(attempt), &order)
}

fn done(job: &Job, outcome: Outcome) -> Done {
    Done {
        lease: job.claimed.lease,
        order: OrderName::new(&job.claimed.order_id),
        outcome,
    }
}

/// One lane: the calling thread itself.
pub struct Inline {
    on_thread_start: fn(),
    done: Vec<Done>,
}

impl Inline {
    /// `on_thread_start` runs first on every helper thread of the runtime.
    #[must_use]
    pub fn new(on_thread_start: fn()) -> Self {
        Self {
            on_thread_start,
            done: Vec::new(),
        }
    }
}

impl Lanes for Inline {
    fn idle(&self) -> usize {
        usize::from(self.done.is_empty())
    }

    fn in_flight(&self) -> usize {
        self.done.len()
    }

    fn start(&mut self, job: Job) {
        let outcome = send(&job, self.on_thread_start);
        self.done.push(done(&job, outcome));
    }

    fn ended(&mut self, _: Duration) -> Vec<Done> {
        std::mem::take(&mut self.done)
    }
}

/// What the owner of [`Threads`] waits for.
enum Event {
    Ended(usize, Done),
    Woken,
}

/// Has [`Threads::ended`] return: for whoever has something to say to its caller.
#[derive(Clone)]
pub struct Waker(Sender<Event>);

impl Waker {
    pub fn wake(&self) {
        // Nobody waits any more when the lanes are gone.
        let _ = self.0.send(Event::Woken);
    }
}

/// Threads, each with a runtime and connections of its own.
pub struct Threads {
    lanes: Vec<Lane>,
    events: Receiver<Event>,
    waker: Waker,
    in_flight: usize,
}

struct Lane {
    jobs: Option<Sender<Job>>,
    busy: bool,
    thread: Option<JoinHandle<()>>,
}

impl Threads {
    /// # Errors
    /// When a thread cannot be made.
    pub fn new(count: usize) -> io::Result<Self> {
        let (sender, events) = channel();
        let mut lanes = Vec::with_capacity(count);
        for number in 0..count {
            let (jobs, given) = channel::<Job>();
            let ended = sender.clone();
            let thread = thread::Builder::new()
                .name(format!("lane {number}"))
                .spawn(move || {
                    for job in given {
                        let outcome = send(&job, || {});
                        if ended
                            .send(Event::Ended(number, done(&job, outcome)))
                            .is_err()
                        {
                            return;
                        }
                    }
                })?;
            lanes.push(Lane {
                jobs: Some(jobs),
                busy: false,
                thread: Some(thread),
            });
        }
        Ok(Self {
            lanes,
            events,
            waker: Waker(sender),
            in_flight: 0,
        })
    }

    #[must_use]
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    fn take(&mut self, event: Event, done: &mut Vec<Done>) {
        if let Event::Ended(number, ended) = event {
            if let Some(lane) = self.lanes.get_mut(number) {
                lane.busy = false;
            }
            self.in_flight -= 1;
            done.push(ended);
        }
    }
}

impl Lanes for Threads {
    fn idle(&self) -> usize {
        self.lanes.len() - self.in_flight
    }

    fn in_flight(&self) -> usize {
        self.in_flight
    }

    fn start(&mut self, job: Job) {
        let lane = self.lanes.iter_mut().find(|lane| !lane.busy);
        if let Some(lane) = lane
            && let Some(jobs) = &lane.jobs
            && jobs.send(job).is_ok()
        {
            lane.busy = true;
            self.in_flight += 1;
        }
    }

    fn ended(&mut self, wait: Duration) -> Vec<Done> {
        let mut done = Vec::new();
        match self.events.recv_timeout(wait) {
            Ok(event) => self.take(event, &mut done),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return done,
        }
        while let Ok(event) = self.events.try_recv() {
            self.take(event, &mut done);
        }
        done
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        for lane in &mut self.lanes {
            lane.jobs = None;
        }
        for lane in &mut self.lanes {
            if let Some(thread) = lane.thread.take() {
                let _ = thread.join();
            }
        }
    }
}

/// The configurations that records are sent with: what all have in common, and each shop's keys.
pub struct Shops {
    common: Config,
    keys: Vec<Keys>,
    made: HashMap<(String, Vec<u8>), Arc<Config>>,
}

impl Shops {
    /// The endpoint and keys of `common` are not used.
    #[must_use]
    pub fn new(common: Config, keys: Vec<Keys>) -> Self {
        Self {
            common,
            keys,
            made: HashMap::new(),
        }
    }

    #[must_use]
    pub fn public_keys(&self) -> Vec<Vec<u8>> {
        self.keys.iter().map(|keys| keys.public.clone()).collect()
    }

    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.common.timeout
    }

    /// The configuration for a record.
    ///
    /// # Errors
    /// When its endpoint is none, or when there are no keys for it.
    pub fn config(&mut self, claimed: &Claimed) -> Result<Arc<Config>, Error> {
        let name = (claimed.endpoint.clone(), claimed.public_key.clone());
        if let Some(config) = self.made.get(&name) {
            return Ok(Arc::clone(config));
        }
        let keys = self
            .keys
            .iter()
            .find(|keys| keys.public == claimed.public_key)
            .ok_or(Kind::KeysMissing)?;
        let endpoint = config::endpoint(claimed.endpoint.as_bytes()).map_err(|expected| {
            Error::from(Kind::Setting {
                name: "the record's endpoint",
                expected,
            })
        })?;
        let config = Arc::new(Config {
            endpoint,
            keys: keys.clone(),
            ..self.common.clone()
        });
        self.made.insert(name, Arc::clone(&config));
        Ok(config)
    }
}
