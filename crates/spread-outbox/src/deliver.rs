//! `run` and `drain`: the turns of a worker, what it says of them, and its end.

use std::collections::HashMap;
use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clap::ArgMatches;
use serde_json::json;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::arguments::Settings;
use super::text::number;
use super::{Failure, LEFT, VERSION, opened};
use client::keys::Keys;
use outbox::relay::{self, FailedAttempt, Relay, Stats};
use outbox::senders::{Destinations, SenderPool, Senders as _, Waker};
use outbox::store::{KeyPair, Millis, Outcome, Store};
use outbox::{StoreError, credentials, entropy};

/// How often what is too old is set aside, and gates are looked at.
const ROUND: Duration = Duration::from_secs(60);

/// The longest pause between two attempts to open an outbox.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Writes one line; systemd, or whoever reads it, adds the time.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// What signals have asked for.
struct Asked {
    stops: Arc<AtomicUsize>,
    reload: Arc<AtomicBool>,
}

impl Asked {
    /// Has signals noted from here on; `waker` ends a wait.
    fn listen(waker: Waker) -> Result<Self, Failure> {
        let asked = Self {
            stops: Arc::default(),
            reload: Arc::default(),
        };
        let (stops, reload) = (Arc::clone(&asked.stops), Arc::clone(&asked.reload));
        let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in signals.forever() {
                    if signal == SIGHUP {
                        reload.store(true, Ordering::Relaxed);
                    } else if stops.fetch_add(1, Ordering::Relaxed) > 0 {
                        say(
                            "stopped at once; what was in flight is sent again when its lease ends",
                        );
                        std::process::exit(1);
                    }
                    waker.wake();
                }
            })?;
        Ok(asked)
    }

    fn stop(&self) -> bool {
        self.stops.load(Ordering::Relaxed) > 0
    }
}

/// The key pairs: the environment's, and those of a file that may change.
struct KeyRing<'s> {
    settings: &'s Settings,
    /// Device, inode, size and time of the file that was read.
    seen: Option<[i64; 4]>,
}

impl<'s> KeyRing<'s> {
    fn new(settings: &'s Settings) -> Result<(Self, Destinations), Failure> {
        let mut ring = Self {
            settings,
            seen: None,
        };
        let shops = ring.read()?;
        Ok((ring, shops))
    }

    fn read(&mut self) -> Result<Destinations, Failure> {
        self.seen = self.look();
        let mut keys: Vec<Keys> = match &self.settings.credentials_file {
            Some(path) => credentials::read(path).map_err(|reason| {
                Failure(format!("the credentials file {} {reason}", path.display()))
            })?,
            None => Vec::new(),
        };
        if let Some(pair) = &self.settings.keys
            && keys.iter().all(|known| known.public != pair.public)
        {
            keys.push(pair.clone());
        }
        if keys.is_empty() {
            return Err(Failure(
                "there are no keys: set SPREAD_PUBLIC_KEY and SPREAD_PRIVATE_KEY, or \
                 SPREAD_CREDENTIALS_FILE"
                    .into(),
            ));
        }
        Ok(Destinations::new(self.settings.common.clone(), keys))
    }

    /// The keys of a file that has changed, or is to be read again.
    fn changed(&mut self, asked: bool) -> Option<Destinations> {
        if self.settings.credentials_file.is_none() || (!asked && self.look() == self.seen) {
            return None;
        }
        match self.read() {
            Ok(shops) => {
                say("the credentials file was read again");
                Some(shops)
            }
            Err(Failure(reason)) => {
                say(&format!("{reason}; the keys stay as they were"));
                None
            }
        }
    }

    fn look(&self) -> Option<[i64; 4]> {
        let facts = fs::metadata(self.settings.credentials_file.as_ref()?).ok()?;
        let number = |number: u64| i64::try_from(number).unwrap_or(0);
        Some([
            number(facts.ino()),
            number(facts.size()),
            facts.mtime(),
            facts.mtime_nsec(),
        ])
    }
}

/// Delivers until a signal ends it.
pub(super) fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let poll = matches.get_one::<Duration>("poll").copied();
    let poll = poll.unwrap_or_default().max(Duration::from_millis(10));
    let (mut ring, mut shops) = KeyRing::new(settings)?;
    let mut lanes = lanes(matches)?;
    let asked = Asked::listen(lanes.waker())?;
    let mut chance = entropy::draw;
    let mut pass = Relay::new(settings.rules(matches), &mut chance);
    let mut outbox = Outbox::new(settings);
    let mut told = Told::default();
    let mut round = None::<Instant>;
    say(&format!(
        "spread-outbox {} delivers {}",
        VERSION, settings.address
    ));
    loop {
        let stop = asked.stop();
        if stop {
            lanes.stop();
        }
        let reload = asked.reload.swap(false, Ordering::Relaxed);
        let due = round.is_none_or(|last| last.elapsed() >= ROUND);
        if (due || reload)
            && let Some(changed) = ring.changed(reload)
        {
            shops = changed;
        }
        let mut wait = poll;
        let mut troubles = Vec::new();
        let turn = outbox.with(|store| {
            if due {
                chores(&mut pass, store, &mut told, &shops)?;
            }
            let room = if stop { 0 } else { usize::MAX };
            let turn = pass.tick(store, &mut lanes, &mut shops, room)?;
            if turn.started == 0 && lanes.in_flight() == 0 && told.busy {
                told.busy = false;
                store.checkpoint()?;
            }
            Ok(turn)
        });
        match turn {
            Some(turn) => {
                if due {
                    round = Some(Instant::now());
                }
                told.busy |= turn.started > 0;
                troubles = turn.troubles;
                if stop && lanes.in_flight() == 0 && !pass.has_incomplete() {
                    break;
                }
            }
            None if stop && lanes.in_flight() == 0 => break,
            None => wait = outbox.pause(),
        }
        if !pass.has_incomplete() || turn_failed(&outbox) {
            troubles.extend(pass.remember(lanes.ended(wait)));
        }
        told.troubles(&troubles);
    }
    let Stats {
        delivered, late, ..
    } = pass.tally;
    say(&format!(
        "stopped: {} delivered, {} attempts too late",
        number(delivered),
        number(late)
    ));
    if pass.has_incomplete() {
        say(
            "some that were sent could not be marked so; they are sent again when their lease ends",
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn turn_failed(outbox: &Outbox<'_>) -> bool {
    outbox.store.is_none()
}

fn lanes(matches: &ArgMatches) -> Result<SenderPool, Failure> {
    let count = matches.get_one::<u16>("connections").copied().unwrap_or(8);
    Ok(SenderPool::new(usize::from(count))?)
}

/// What is done once in a while.
fn chores(
    pass: &mut Relay<'_>,
    store: &mut dyn Store,
    told: &mut Told,
    shops: &Destinations,
) -> Result<(), StoreError> {
    let expired = pass.expire(store)?;
    if expired > 0 {
        say(&format!(
            "{} orders are too old and set aside as expired",
            number(expired)
        ));
    }
    let now = store.now()?;
    told.key_pairs(&store.key_pairs(now)?, &shops.public_keys());
    Ok(())
}

/// The store, opened anew whenever it was lost.
struct Outbox<'s> {
    settings: &'s Settings,
    store: Option<Box<dyn Store + Send>>,
    pause: Duration,
    /// It was said that it is lost.
    said: bool,
}

impl<'s> Outbox<'s> {
    fn new(settings: &'s Settings) -> Self {
        Self {
            settings,
            store: None,
            pause: Duration::ZERO,
            said: false,
        }
    }

    /// Does something with the store; nothing when it cannot be had at the moment.
    fn with<T>(&mut self, work: impl FnOnce(&mut dyn Store) -> Result<T, StoreError>) -> Option<T> {
        let store = match &mut self.store {
            Some(store) => store,
            empty => match opened(self.settings, true) {
                Ok(store) => empty.insert(store),
                Err(Failure(reason)) => {
                    self.failed(&reason);
                    return None;
                }
            },
        };
        match work(store.as_mut()) {
            Ok(value) => {
                if self.said {
                    say("the outbox is back");
                    self.said = false;
                }
                self.pause = Duration::ZERO;
                Some(value)
            }
            Err(error) => {
                self.store = None;
                self.failed(&error.to_string());
                None
            }
        }
    }

    fn failed(&mut self, reason: &str) {
        if !self.said {
            say(&format!("{reason}; it is tried again"));
            self.said = true;
        }
        let longer = (self.pause * 2).max(Duration::from_millis(250));
        self.pause = longer.min(LONGEST_PAUSE);
    }

    fn pause(&self) -> Duration {
        self.pause
    }
}

/// What was said already, so that an outage is one line and not one for each order.
#[derive(Default)]
struct Told {
    /// Something was sent since the last rest.
    busy: bool,
    /// Down, by endpoint and public key.
    down: HashMap<(String, Vec<u8>), bool>,
    unknown: Vec<Vec<u8>>,
    /// When a failed attempt was last told.
    failed: Option<Instant>,
    untold: u64,
}

impl Told {
    fn troubles(&mut self, troubles: &[FailedAttempt]) {
        for trouble in troubles {
            match &trouble.outcome {
                Outcome::Refused(note) => {
                    say(&format!(
                        "{}; record {} is set aside",
                        note.sentence, trouble.record
                    ));
                }
                Outcome::Failed { note, .. } => {
                    let recent = self.failed.is_some_and(|last| last.elapsed() < ROUND);
                    if recent {
                        self.untold += 1;
                        continue;
                    }
                    let more = match std::mem::take(&mut self.untold) {
                        0 => String::new(),
                        count => {
                            format!(" ({} failed attempts before were not told)", number(count))
                        }
                    };
                    say(&format!("{}{more}", note.sentence));
                    self.failed = Some(Instant::now());
                }
                Outcome::Delivered | Outcome::Released => {}
            }
        }
    }

    fn key_pairs(&mut self, accounts: &[KeyPair], known: &[Vec<u8>]) {
        for account in accounts {
            let key = String::from_utf8_lossy(&account.public_key);
            if account.orders > 0
                && !known.contains(&account.public_key)
                && !self.unknown.contains(&account.public_key)
            {
                say(&format!(
                    "{} orders wait for the private key of {key}, which this worker does not have",
                    number(account.orders)
                ));
                self.unknown.push(account.public_key.clone());
            }
            let down: Option<Millis> = account.endpoint_down_until.or(account.keys_down_until);
            let name = (account.endpoint.clone(), account.public_key.clone());
            let before = self.down.insert(name, down.is_some()).unwrap_or(false);
            if before != down.is_some() {
                let is = if account.endpoint_down_until.is_some() {
                    "is down"
                } else if down.is_some() {
                    "refuses these keys"
                } else {
                    "is up again"
                };
                say(&format!("{} {is} (public key {key})", account.endpoint));
            }
        }
    }
}

/// Delivers what is due, and ends.
pub(super) fn drain(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let (_, mut shops) = KeyRing::new(settings)?;
    let mut store = opened(settings, true)?;
    let mut lanes = lanes(matches)?;
    let asked = Asked::listen(lanes.waker())?;
    let seconds = matches.get_one::<Duration>("seconds").copied();
    let deadline = Instant::now() + seconds.unwrap_or_default();
    let limit = matches.get_one::<u64>("limit").copied().unwrap_or(u64::MAX);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut chance = entropy::draw;
    let mut pass = Relay::new(settings.rules(matches), &mut chance);
    pass.expire(store.as_mut())?;
    let now = store.now()?;
    let waiting = store.counts(now)?.pending;
    let mut progress = Progress::new(waiting);
    let mut told = Told::default();
    let outcome = relay::drain(
        &mut pass,
        store.as_mut(),
        &mut lanes,
        &mut shops,
        limit,
        deadline,
        |tally, troubles| {
            if !troubles.is_empty() {
                progress.clear();
                told.troubles(&troubles);
            }
            progress.show(tally);
            !asked.stop()
        },
    );
    progress.clear();
    outcome?;
    store.checkpoint()?;
    let now = store.now()?;
    told.key_pairs(&store.key_pairs(now)?, &shops.public_keys());
    let counts = store.counts(now)?;
    let tally = pass.tally;
    if matches.get_flag("json") {
        let value = json!({
            "delivered": tally.delivered,
            "failed": tally.failed,
            "refused": tally.refused,
            "expired": tally.expired,
            "late": tally.late,
            "waiting": counts.pending,
        });
        println!("{value:#}");
    } else {
        println!(
            "{} delivered, {} failed, {} refused, {} expired, {} waiting",
            number(tally.delivered),
            number(tally.failed),
            number(tally.refused),
            number(tally.expired),
            number(counts.pending)
        );
    }
    Ok(match counts.pending {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(LEFT),
    })
}

/// One line on a terminal that changes while a drain goes on.
struct Progress {
    shown: bool,
    terminal: bool,
    waiting: u64,
    begun: Instant,
    last: Option<Instant>,
}

impl Progress {
    fn new(waiting: u64) -> Self {
        Self {
            shown: false,
            terminal: std::io::stderr().is_terminal(),
            waiting,
            begun: Instant::now(),
            last: None,
        }
    }

    fn show(&mut self, tally: &Stats) {
        let recent = self
            .last
            .is_some_and(|last| last.elapsed().as_millis() < 100);
        if !self.terminal || recent {
            return;
        }
        self.last = Some(Instant::now());
        self.shown = true;
        #[allow(clippy::cast_precision_loss)]
        let rate = tally.delivered as f64 / self.begun.elapsed().as_secs_f64().max(0.001);
        eprint!(
            "\r\x1b[K{} of {} delivered, {} failed, {} refused, {rate:.0} a second",
            number(tally.delivered),
            number(self.waiting.max(tally.delivered)),
            number(tally.failed),
            number(tally.refused)
        );
        let _ = std::io::stderr().flush();
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            eprint!("\r\x1b[K");
        }
    }
}
