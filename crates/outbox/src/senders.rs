//! Sending claimed records: one after the other on the calling thread, or on a pool of threads with a
//! connection each.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::attempt;
use super::store::{Claimed, Lease, Outcome};
use client::config::{ClientConfig, Destination};
use client::error::{Kind, SubjectName};
use client::runtime;

/// A record to be sent while its lease lasts.
pub struct Job {
    pub claimed: Claimed,
    pub config: Arc<ClientConfig>,
    pub destination: Arc<Destination>,
    /// From then on the attempt could outlast the lease, and is not made.
    pub latest: Instant,
}

/// A job that has ended.
pub struct Finished {
    pub lease: Lease,
    pub order: SubjectName,
    pub outcome: Outcome,
}

/// A number of senders, each of which sends one record at a time.
pub trait Senders {
    /// How many more jobs can start.
    fn idle(&self) -> usize;

    /// How many jobs have started and were not returned by [`Senders::finished`].
    fn in_flight(&self) -> usize;

    fn start(&mut self, job: Job);

    /// The jobs that have finished. Waits for the first of them, `wait` at most; returns early when it is
    /// woken.
    fn finished(&mut self, wait: Duration) -> Vec<Finished>;
}

/// Sends `job` on the calling thread.
fn send(job: &Job) -> Outcome {
    if Instant::now() >= job.latest {
        return Outcome::Released;
    }
    let (config, body) = (&job.config, &job.claimed.body);
    let attempt = runtime::send(config.timeout, config, &job.destination, body);
    let order = job.claimed.name();
    attempt::outcome(&attempt::examined(attempt), &order, &config.names)
}

fn finished(job: &Job, outcome: Outcome) -> Finished {
    Finished {
        lease: job.claimed.lease,
        order: job.claimed.name(),
        outcome,
    }
}

/// One sender: the calling thread.
#[derive(Default)]
pub struct CallingThread {
    finished: Vec<Finished>,
}

impl Senders for CallingThread {
    fn idle(&self) -> usize {
        usize::from(self.finished.is_empty())
    }

    fn in_flight(&self) -> usize {
        self.finished.len()
    }

    fn start(&mut self, job: Job) {
        let outcome = send(&job);
        self.finished.push(finished(&job, outcome));
    }

    fn finished(&mut self, _: Duration) -> Vec<Finished> {
        std::mem::take(&mut self.finished)
    }
}

/// An event for the owner of a [`SenderPool`].
enum Event {
    Finished(Finished),
    Woken,
}

/// Makes [`SenderPool`]'s `finished` return early.
#[derive(Clone)]
pub struct Waker(Sender<Event>);

impl Waker {
    pub fn wake(&self) {
        // Fails when the pool is gone: then nobody waits.
        let _ = self.0.send(Event::Woken);
    }
}

/// Threads behind one queue, each with a runtime and connections for itself. The queue is as long as there
/// are threads: while some wait for an answer, the store gives and takes several records at a time.
pub struct SenderPool {
    threads: Vec<JoinHandle<()>>,
    jobs: Option<Sender<Job>>,
    events: Receiver<Event>,
    waker: Waker,
    stopping: Arc<AtomicBool>,
    in_flight: usize,
}

/// How long a finished job waits for others, to be completed together with them. It delays nobody: the
/// queue still has jobs for each thread.
const BATCH_WAIT: Duration = Duration::from_millis(2);

impl SenderPool {
    /// # Errors
    /// When a thread cannot be created.
    pub fn new(count: usize) -> io::Result<Self> {
        let (sender, events) = channel();
        let (jobs, queue) = channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let stopping = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::with_capacity(count);
        for number in 0..count {
            let (queue, events) = (Arc::clone(&queue), sender.clone());
            let stopping = Arc::clone(&stopping);
            let thread = thread::Builder::new()
                .name(format!("sender {number}"))
                .spawn(move || work(&queue, &events, &stopping))?;
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

    /// Releases all jobs that are still in the queue.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn take(&mut self, event: Event, jobs: &mut Vec<Finished>) {
        if let Event::Finished(job) = event {
            self.in_flight -= 1;
            jobs.push(job);
        }
    }
}

/// The loop of one thread.
fn work(queue: &Mutex<Receiver<Job>>, events: &Sender<Event>, stopping: &AtomicBool) {
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
            // A record that makes the client panic is an order that fails, and must not end the thread.
            panic::catch_unwind(AssertUnwindSafe(|| send(&job))).unwrap_or_else(|_| {
                let error = Kind::Internal("the sender panicked").into();
                let order = job.claimed.name();
                attempt::outcome(&Err(error), &order, &job.config.names)
            })
        };
        let event = Event::Finished(finished(&job, outcome));
        if events.send(event).is_err() {
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

    fn finished(&mut self, wait: Duration) -> Vec<Finished> {
        let mut jobs = Vec::new();
        let Ok(event) = self.events.recv_timeout(wait) else {
            return jobs;
        };
        let woken = matches!(event, Event::Woken);
        self.take(event, &mut jobs);
        let until = Instant::now() + BATCH_WAIT;
        loop {
            // With an empty queue each finished job leaves a thread idle.
            let can_wait =
                !woken && self.in_flight > self.threads.len() && jobs.len() < self.threads.len();
            let left = if can_wait {
                until.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            match self.events.recv_timeout(left) {
                Ok(event) => self.take(event, &mut jobs),
                Err(_) => return jobs,
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
