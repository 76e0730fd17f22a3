//! A simulated server: a pool of processes, its pages and orders, and SPREAD as it is at the time.
//!
//! Discrete events in virtual time; the page is the real one.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashSet, VecDeque};

use breaker::{Call, End, Entry, Millis, Page, Pass, Process, State, Transition, View};

use super::random::Random;

pub(crate) const SPREAD: u64 = 0xfeed;
const POOL: u32 = 1;

/// What SPREAD does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spread {
    /// Responds in 30 to 250 ms.
    Well,
    /// Responds in 3 s.
    Slow,
    /// Accepts connections and never responds.
    Hangs,
    /// Refuses connections.
    Refuses,
    /// Responds or hangs, as it comes.
    Flaps,
}

#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) seed: u64,
    /// Most processes.
    pub(crate) processes: usize,
    /// Processes end when idle and start when needed.
    pub(crate) on_demand: bool,
    pub(crate) with_outbox: bool,
    /// The milliseconds between two pages, and between two orders, in the mean.
    pub(crate) page_gap: f64,
    pub(crate) order_gap: f64,
    /// Orders arrive at equal distances.
    pub(crate) regular: bool,
    /// How long an attempt may take.
    pub(crate) limit: Millis,
    /// One in so many attempts has its process killed; 0 for none.
    pub(crate) killed: u64,
    /// php-fpm's `request_terminate_timeout`.
    pub(crate) terminated_after: Millis,
    /// What SPREAD does from when on, in sequence.
    pub(crate) plan: Vec<(Millis, Spread)>,
    pub(crate) end: Millis,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Event {
    PageArrives,
    OrderArrives,
    /// The request of a process ends, or the process is killed.
    Ends(u32),
    Killed(u32),
}

#[derive(Debug)]
enum Request {
    Page { arrived: Millis },
    Order,
}

/// A process and the attempt that it waits for, with its end.
type Busy = Option<(Pass, End)>;

/// A moment in which something was decided, for the tests to check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    pub(crate) started: Millis,
    pub(crate) ended: Millis,
    pub(crate) end: End,
    pub(crate) killed: bool,
}

#[derive(Default, Debug)]
pub(crate) struct Log {
    /// Attempts by when they ended.
    pub(crate) attempts: Vec<Attempt>,
    /// Calls held back.
    pub(crate) held: Vec<(Millis, State)>,
    pub(crate) transitions: Vec<(Millis, Transition)>,
    /// The arrival of a page and how long it waited for a process.
    pub(crate) pages: Vec<(Millis, Millis)>,
    /// The state after each event.
    pub(crate) views: Vec<(Millis, View)>,
}

pub(crate) struct Server {
    setup: Setup,
    random: Random,
    page: Box<Page>,
    now: Millis,
    events: BinaryHeap<Reverse<(Millis, u64, Event)>>,
    sequence: u64,
    last_id: u32,
    alive: HashSet<u32>,
    idle: Vec<u32>,
    busy: BTreeMap<u32, Busy>,
    queue: VecDeque<Request>,
    log: Log,
}

/// Runs the server to its end.
pub(crate) fn run(setup: Setup) -> Log {
    let mut server = Server {
        random: Random(setup.seed),
        page: Box::new(Page::new()),
        now: 0,
        events: BinaryHeap::new(),
        sequence: 0,
        last_id: 1_000,
        alive: HashSet::new(),
        idle: Vec::new(),
        busy: BTreeMap::new(),
        queue: VecDeque::new(),
        log: Log::default(),
        setup,
    };
    server.run();
    server.log
}

impl Server {
    fn run(&mut self) {
        if !self.setup.on_demand {
            (0..self.setup.processes).for_each(|_| self.start_process());
        }
        self.at(0, Event::PageArrives);
        self.at(500, Event::OrderArrives);
        while let Some(Reverse((time, _, event))) = self.events.pop() {
            self.now = time;
            self.handle(event);
            self.assign();
            let view = self.view();
            self.check(&view);
            self.log.views.push((self.now, view));
        }
        // Up to three calls of dead processes are not worth a look at who lives: they end by their age.
        self.now += self.setup.limit + 4_000;
        let crowd = self.view().crowd;
        assert_eq!(crowd.in_flight, 0, "a slot leaks: {:?}", self.setup);
    }

    fn at(&mut self, delay: Millis, event: Event) {
        self.sequence += 1;
        let time = self.now + delay;
        self.events.push(Reverse((time, self.sequence, event)));
    }

    fn view(&self) -> View {
        let is_alive = |id| self.alive.contains(&id);
        self.page
            .look((SPREAD, POOL), self.setup.with_outbox, self.now, is_alive)
    }

    /// What is true after each event.
    fn check(&self, view: &View) {
        let passes = || self.busy.values().flatten().map(|(pass, _)| pass);
        let probes = passes().filter(|pass| pass.is_probe()).count();
        if view.state != State::Closed {
            assert!(
                probes <= 1,
                "{probes} probes at {}: {:?}",
                self.now,
                self.setup
            );
        }
        // The page may count what was killed: at most three calls, or a second.
        let alive = u32::try_from(passes().count()).unwrap();
        assert!(
            view.crowd.in_flight >= alive,
            "{alive} calls, {view:?}: {:?}",
            self.setup
        );
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::PageArrives => {
                let arrived = self.now;
                self.queue.push_back(Request::Page { arrived });
                let gap = self.random.gap(self.setup.page_gap);
                self.next(gap, Event::PageArrives);
            }
            Event::OrderArrives => {
                self.queue.push_back(Request::Order);
                let gap = if self.setup.regular {
                    self.setup.order_gap as u64
                } else {
                    self.random.gap(self.setup.order_gap)
                };
                self.next(gap, Event::OrderArrives);
            }
            Event::Ends(id) => {
                if let Some((pass, end)) = self.busy.remove(&id).unwrap()
                    && let Some(transition) = self.page.leave(pass, end, self.now)
                {
                    self.log.transitions.push((self.now, transition));
                }
                if self.setup.on_demand && self.queue.is_empty() && self.random.one_in(3) {
                    self.alive.remove(&id);
                } else {
                    self.idle.push(id);
                }
            }
            Event::Killed(id) => {
                self.busy.remove(&id);
                self.alive.remove(&id);
                if !self.setup.on_demand {
                    self.start_process();
                }
            }
        }
    }

    fn next(&mut self, gap: Millis, event: Event) {
        if self.now + gap < self.setup.end {
            self.at(gap, event);
        }
    }

    fn start_process(&mut self) {
        // Ids come again, as they do in a container.
        self.last_id = 1_000 + (self.last_id + 1) % 200;
        while self.alive.contains(&self.last_id) {
            self.last_id = 1_000 + (self.last_id + 1) % 200;
        }
        let id = self.last_id;
        self.alive.insert(id);
        self.idle.push(id);
        let process = Process { id, pool: POOL };
        self.page.start(process, |id| self.alive.contains(&id));
    }

    /// Gives requests to idle processes.
    fn assign(&mut self) {
        while !self.queue.is_empty() {
            if self.idle.is_empty()
                && self.setup.on_demand
                && self.alive.len() < self.setup.processes
            {
                self.start_process();
            }
            let Some(id) = self.idle.pop() else { return };
            match self.queue.pop_front() {
                Some(Request::Page { arrived }) => {
                    self.log.pages.push((arrived, self.now - arrived));
                    self.busy.insert(id, None);
                    let takes = self.random.between(20, 80);
                    self.at(takes, Event::Ends(id));
                }
                Some(Request::Order) => self.order(id),
                None => {}
            }
        }
    }

    fn order(&mut self, id: u32) {
        let call = Call {
            origin: SPREAD,
            process: Process { id, pool: POOL },
            limit: self.setup.limit,
            with_outbox: self.setup.with_outbox,
            spares_last_process: false,
        };
        let is_alive = |id| self.alive.contains(&id);
        let pass = match self.page.enter(&call, self.now, is_alive) {
            Entry::Try(pass) => pass,
            Entry::Held(held) => {
                assert!(
                    held.since <= self.now && held.until > self.now - 1,
                    "{held:?}"
                );
                self.log.held.push((self.now, held.state));
                if held.opened {
                    let until = held.until;
                    let transition = Transition::Opened { until };
                    self.log.transitions.push((self.now, transition));
                }
                self.busy.insert(id, None);
                return self.at(20, Event::Ends(id));
            }
        };
        let spread = self.spread();
        let (takes, end) = self.attempt(spread);
        let killed = self.setup.killed > 0 && self.random.one_in(self.setup.killed);
        let terminated = takes > self.setup.terminated_after;
        let takes = if killed {
            self.random.between(0, takes)
        } else {
            takes.min(self.setup.terminated_after)
        };
        let killed = killed || terminated;
        self.log.attempts.push(Attempt {
            started: self.now,
            ended: self.now + takes,
            end,
            killed,
        });
        self.busy.insert(id, Some((pass, end)));
        let event = if killed {
            Event::Killed(id)
        } else {
            Event::Ends(id)
        };
        self.at(takes, event);
    }

    fn spread(&self) -> Spread {
        let begun = |(from, _): &&(Millis, Spread)| *from <= self.now;
        let current = self.setup.plan.iter().rev().find(begun);
        current.map_or(Spread::Well, |(_, spread)| *spread)
    }

    /// How long an attempt takes, and how it ends.
    fn attempt(&mut self, spread: Spread) -> (Millis, End) {
        let limit = self.setup.limit;
        let well = self.random.between(30, 250);
        let slow = 3_000 + self.random.between(0, 100);
        match spread {
            Spread::Slow if slow < limit => (slow, End::Answered),
            Spread::Hangs | Spread::Slow => (limit, End::EndpointFailed),
            Spread::Refuses => (self.random.between(0, 5), End::EndpointFailed),
            Spread::Flaps => {
                if self.random.one_in(2) {
                    (limit, End::EndpointFailed)
                } else {
                    (well, End::Answered)
                }
            }
            Spread::Well => (well, End::Answered),
        }
    }
}
