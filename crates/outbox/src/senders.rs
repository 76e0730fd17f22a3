//! Where claimed records are sent: one after the other in the calling thread, or on threads with a
//! connection each.

use std::collections::HashMap;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::attempt;
use super::store::{Claimed, FailureScope, LastError, Lease, Outcome};
use client::config::{self, ClientConfig, Destination};
use client::error::{Error, Kind, OrderName};
use client::keys::Keys;
use client::runtime;

/// A record that is to be sent before its lease ends.
pub struct Job {
    pub claimed: Claimed,
    pub config: Arc<ClientConfig>,
    pub destination: Arc<Destination>,
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
pub trait Senders {
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
    let (config, body) = (&job.config, &job.claimed.body);
    let attempt = runtime::send(
        on_thread_start,
        config.timeout,
        config,
        &job.destination,
        body,
    );
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
pub struct CallingThread {
    on_thread_start: fn(),
    done: Vec<Done>,
}

impl CallingThread {
    /// `on_thread_start` runs first on every helper thread of the runtime.
    #[must_use]
    pub fn new(on_thread_start: fn()) -> Self {
        Self {
            on_thread_start,
            done: Vec::new(),
        }
    }
}

impl Senders for CallingThread {
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

/// What the owner of [`SenderPool`] waits for.
enum Event {
    Ended(Done),
    Woken,
}

/// Has [`SenderPool::ended`] return: for whoever has something to say to its caller.
#[derive(Clone)]
pub struct Waker(Sender<Event>);

impl Waker {
    pub fn wake(&self) {
        // Nobody waits any more when the lanes are gone.
        let _ = self.0.send(Event::Woken);
    }
}

/// SenderPool, each with a runtime and connections of its own, behind one queue. The queue is as long as there
/// are threads: while some wait for an answer, the store gives and takes several records at a time.
pub struct SenderPool {
    threads: Vec<JoinHandle<()>>,
    jobs: Option<Sender<Job>>,
    events: Receiver<Event>,
    waker: Waker,
    stopping: Arc<AtomicBool>,
    in_flight: usize,
}

/// How long the end of one job waits for others, to be settled together: while the queue is not empty
/// nobody waits for it.
const TOGETHER: Duration = Duration::from_millis(2);

impl SenderPool {
    /// # Errors
    /// When a thread cannot be made.
    pub fn new(count: usize) -> io::Result<Self> {
        let (sender, events) = channel();
        let (jobs, queue) = channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let stopping = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::with_capacity(count);
        for number in 0..count {
            let (queue, ended) = (Arc::clone(&queue), sender.clone());
            let stopping = Arc::clone(&stopping);
            let thread = thread::Builder::new()
                .name(format!("lane {number}"))
                .spawn(move || work(&queue, &ended, &stopping))?;
            threads.push(thread);
        }
        Ok(Self {
            threads,
            jobs: Some(jobs),
            events,
            waker: Waker(sender),
            stopping,
            in_flight: 0,
        })
    }

    #[must_use]
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Begins no job that has not begun; they are released.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn take(&mut self, event: Event, done: &mut Vec<Done>) {
        if let Event::Ended(ended) = event {
            self.in_flight -= 1;
            done.push(ended);
        }
    }
}

/// What one thread does.
fn work(queue: &Mutex<Receiver<Job>>, ended: &Sender<Event>, stopping: &AtomicBool) {
    loop {
        let job = match queue.lock() {
            Ok(queue) => queue.recv(),
            Err(_) => return,
        };
        let Ok(job) = job else {
            return;
        };
        let outcome = if stopping.load(Ordering::Relaxed) {
            Outcome::Released
        } else {
            // A record that makes the client panic is an order that fails, not a lane that is gone.
            panic::catch_unwind(AssertUnwindSafe(|| send(&job, || {}))).unwrap_or_else(|_| {
                Outcome::Failed {
                    fault: FailureScope::Order,
                    note: LastError {
                        status: 0,
                        sentence: "the worker itself failed, which is a fault of spread".into(),
                    },
                }
            })
        };
        if ended.send(Event::Ended(done(&job, outcome))).is_err() {
            return;
        }
    }
}

impl Senders for SenderPool {
    fn idle(&self) -> usize {
        let room = (2 * self.threads.len()).saturating_sub(self.in_flight);
        // A few at a time cost the store more than many.
        if room >= self.threads.len() { room } else { 0 }
    }

    fn in_flight(&self) -> usize {
        self.in_flight
    }

    fn start(&mut self, job: Job) {
        if let Some(jobs) = &self.jobs
            && jobs.send(job).is_ok()
        {
            self.in_flight += 1;
        }
    }

    fn ended(&mut self, wait: Duration) -> Vec<Done> {
        let mut done = Vec::new();
        let Ok(event) = self.events.recv_timeout(wait) else {
            return done;
        };
        let woken = matches!(event, Event::Woken);
        self.take(event, &mut done);
        let until = Instant::now() + TOGETHER;
        loop {
            // With an empty queue every end leaves a thread idle.
            let patient =
                !woken && self.in_flight > self.threads.len() && done.len() < self.threads.len();
            let left = if patient {
                until.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            match self.events.recv_timeout(left) {
                Ok(event) => self.take(event, &mut done),
                Err(_) => return done,
            }
        }
    }
}

impl Drop for SenderPool {
    fn drop(&mut self) {
        self.stop();
        self.jobs = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Where records are sent, and how: what all have in common, and each shop's keys.
pub struct Destinations {
    config: Arc<ClientConfig>,
    keys: Vec<Keys>,
    made: HashMap<(String, Vec<u8>), Arc<Destination>>,
}

impl Destinations {
    #[must_use]
    pub fn new(config: ClientConfig, keys: Vec<Keys>) -> Self {
        Self {
            config: Arc::new(config),
            keys,
            made: HashMap::new(),
        }
    }

    #[must_use]
    pub fn public_keys(&self) -> Vec<Vec<u8>> {
        self.keys.iter().map(|keys| keys.public.clone()).collect()
    }

    #[must_use]
    pub fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config)
    }

    /// The destination of a record.
    ///
    /// # Errors
    /// When its endpoint is none, or when there are no keys for it.
    pub fn of(&mut self, claimed: &Claimed) -> Result<Arc<Destination>, Error> {
        let name = (claimed.endpoint.clone(), claimed.public_key.clone());
        if let Some(destination) = self.made.get(&name) {
            return Ok(Arc::clone(destination));
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
        let destination = Arc::new(Destination {
            endpoint,
            keys: keys.clone(),
        });
        self.made.insert(name, Arc::clone(&destination));
        Ok(destination)
    }
}
