//! A fitness app's business, played in a [`Sandbox`]: people sign up, try, pay, upgrade, pause, leave and come back.
//!
//! Everything is drawn from the seed, and each person has a source of chance of their own. How far a step goes makes
//! no difference: a year in one step and a year in days give the same bytes.

mod agenda;
mod arrivals;
mod catalogue;
mod coaching;
mod departure;
mod marketing;
mod names;
mod organisation;
mod people;
pub(crate) mod population;
mod review;
mod sign_up;
mod trial;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::calendar::DAY;
use crate::event::Event;
use crate::rng::Rng;
use crate::shape::ApiShape;
use crate::state::Sandbox;
use agenda::{Agenda, Move};
use arrivals::Arrivals;
use catalogue::Catalogue;
use people::Person;

/// What business is played.
#[derive(Debug, Clone)]
pub struct BusinessConfig {
    /// Same seed, same bytes.
    pub seed: u64,
    /// About so many people sign up in `days`.
    pub customers: u32,
    /// The first second, Unix.
    pub start: i64,
    /// The days in which sign-ups grow; afterwards they go on at the level that was reached.
    pub days: u32,
    /// The API version that events are rendered in.
    pub shape: ApiShape,
    /// How many events List Events remembers.
    pub log_limit: usize,
}

impl Default for BusinessConfig {
    fn default() -> Self {
        Self {
            seed: 7,
            customers: 2_000,
            // 2025-01-01T00:00:00Z
            start: 1_735_689_600,
            days: 365,
            shape: ApiShape::Current,
            log_limit: 20_000,
        }
    }
}

/// A business that can be played fast through its past and then go on in real time, without end.
#[derive(Debug)]
pub struct Business {
    config: BusinessConfig,
    sandbox: Arc<Mutex<Sandbox>>,
    catalogue: Catalogue,
    arrivals: Arrivals,
    agenda: Agenda,
    people: Vec<Person>,
}

impl Business {
    /// An open business with its catalogue; the first step's events begin with it.
    #[must_use]
    pub fn new(config: BusinessConfig) -> Self {
        let mut sandbox =
            Sandbox::new(config.seed, config.start).with_shape(config.shape).with_log_limit(config.log_limit);
        let catalogue = Catalogue::create(&mut sandbox);
        let mut agenda = Agenda::default();
        agenda.plan(config.start, Move::DayBegins);
        Self {
            arrivals: Arrivals::new(&config),
            sandbox: Arc::new(Mutex::new(sandbox)),
            catalogue,
            agenda,
            people: Vec::new(),
            config,
        }
    }

    /// The account, to serve it or to look into it. What is done to it by others becomes part of the business.
    #[must_use]
    pub fn sandbox(&self) -> Arc<Mutex<Sandbox>> {
        Arc::clone(&self.sandbox)
    }

    /// The business's clock, Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        lock(&self.sandbox).now()
    }

    /// Plays until `t` (Unix seconds) and gives what happened since the last step, in order.
    pub fn step_to(&mut self, t: i64) -> Vec<Event> {
        let shared = Arc::clone(&self.sandbox);
        let mut sandbox = lock(&shared);
        while let Some((at, step)) = self.agenda.next_until(t) {
            sandbox.advance_to(at);
            self.play(&mut sandbox, at, step);
        }
        sandbox.advance_to(t);
        sandbox.drain_events()
    }

    fn play(&mut self, sandbox: &mut Sandbox, at: i64, step: Move) {
        match step {
            Move::DayBegins => self.day_begins(at),
            Move::SignUp => self.sign_up(sandbox, at),
            Move::Act { person, act } => {
                // Taken out while acting, so that a person can use the rest of the business.
                let Some(mut someone) = self.people.get(person).cloned() else { return };
                let mut scene = Scene { sandbox, catalogue: &self.catalogue, agenda: &mut self.agenda, at, person };
                // A refusal is life: staff canceled through the API what a person meant to change.
                if let Err(refused) = someone.act(&mut scene, act) {
                    tracing::debug!(%refused, person, "a planned step was refused");
                }
                if let Some(place) = self.people.get_mut(person) {
                    *place = someone;
                }
            }
        }
    }

    fn day_begins(&mut self, at: i64) {
        let mut rng = Rng::new(self.config.seed ^ 0x000A_221F, at.unsigned_abs());
        for _ in 0..self.arrivals.on_day(at) {
            self.agenda.plan(at + arrivals::second_of_day(&mut rng), Move::SignUp);
        }
        self.agenda.plan(at + DAY, Move::DayBegins);
    }

    fn sign_up(&mut self, sandbox: &mut Sandbox, at: i64) {
        let person = self.people.len();
        let rng = Rng::new(self.config.seed ^ 0x0BEE_F00D, person as u64);
        let mut scene = Scene { sandbox, catalogue: &self.catalogue, agenda: &mut self.agenda, at, person };
        self.people.push(Person::sign_up(&mut scene, rng));
    }
}

/// What a person acts in.
struct Scene<'a> {
    sandbox: &'a mut Sandbox,
    catalogue: &'a Catalogue,
    agenda: &'a mut Agenda,
    at: i64,
    person: usize,
}

impl Scene<'_> {
    /// Plans an act of this person, in so many seconds.
    fn plan_in(&mut self, seconds: i64, act: people::Act) {
        self.agenda.plan(self.at + seconds, Move::Act { person: self.person, act });
    }
}

/// A panic elsewhere while it was locked leaves the sandbox usable: each change is a few assignments.
pub(crate) fn lock(sandbox: &Mutex<Sandbox>) -> MutexGuard<'_, Sandbox> {
    sandbox.lock().unwrap_or_else(PoisonError::into_inner)
}
