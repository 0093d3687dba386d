//! Who somebody is, and what they can do.

use super::Scene;
use super::catalogue::Currency;
use super::marketing::Source;
use super::names::{self, Region};
use crate::error::Result;
use crate::rng::Rng;
use crate::state::billing_object::{InvoiceStatus, Status};

/// What somebody buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One of the three tiers.
    Individual,
    /// A coach's client, mostly with a tier besides.
    Coached,
    /// Seats for an organisation.
    Organisation,
    /// The old plan.
    Founder,
}

/// What somebody plans to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// Starts a first subscription.
    Subscribe,
    /// Enters a card before the trial ends.
    EnterCard,
    /// Leaves in the middle of a trial.
    LeaveTrial,
    /// Thinks the subscription over.
    Review,
    /// Enters a new card and pays what is open.
    MendCard,
    /// Asks for money back.
    AskRefund,
    /// The bank returns a refund.
    LoseRefund { refund: String },
    /// Has the bank take the last payment back.
    Dispute,
    /// The bank decides.
    Settle { dispute: String, won: bool },
    /// Ends a pause that had no end.
    Resume,
    /// Takes a cancellation back.
    Stay,
    /// Comes back after having left.
    Return,
}

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) rng: Rng,
    pub(super) customer: String,
    pub(super) kind: Kind,
    pub(super) source: Source,
    pub(super) currency: Currency,
    /// 0 to 2; of coaching for the coached.
    pub(super) tier: usize,
    pub(super) yearly: bool,
    pub(super) subscription: Option<String>,
    pub(super) second: Option<String>,
    /// When the current subscription was first thought over, Unix seconds.
    pub(super) since: i64,
    pub(super) returns: u32,
}

impl Person {
    pub(super) fn act(&mut self, scene: &mut Scene<'_>, act: Act) -> Result<()> {
        match act {
            Act::Subscribe => self.subscribe(scene),
            Act::EnterCard => self.enter_card(scene),
            Act::LeaveTrial => self.leave_trial(scene),
            Act::Review => self.review(scene),
            Act::MendCard => self.mend_card(scene),
            Act::AskRefund => self.ask_refund(scene),
            Act::LoseRefund { refund } => scene.sandbox.fail_refund(&refund),
            Act::Dispute => self.dispute(scene),
            Act::Settle { dispute, won } => scene.sandbox.close_dispute(&dispute, won),
            Act::Resume => scene.sandbox.resume(&self.main()?),
            Act::Stay => scene.sandbox.keep(&self.main()?),
            Act::Return => self.come_back(scene),
        }
    }

    /// The subscription that matters.
    pub(super) fn main(&self) -> Result<String> {
        let missing = || crate::error::Error::required("subscription");
        self.subscription.clone().ok_or_else(missing)
    }

    /// Its status; `Canceled` when there is none.
    pub(super) fn status(&self, scene: &Scene<'_>) -> Status {
        let found = self.subscription.as_ref().and_then(|id| scene.sandbox.subscriptions.find(id));
        found.map_or(Status::Canceled, |sub| sub.status)
    }

    /// The invoice of the main subscription that waits for money.
    pub(super) fn open_invoice(&self, scene: &Scene<'_>) -> Option<String> {
        let sub = scene.sandbox.subscriptions.find(self.subscription.as_ref()?)?;
        let invoice = scene.sandbox.invoices.find(sub.latest_invoice.as_ref()?)?;
        (invoice.status == InvoiceStatus::Open).then(|| invoice.id.clone())
    }

    /// The last charge of the main subscription, if its latest invoice was paid with one.
    pub(super) fn last_charge(&self, scene: &Scene<'_>) -> Option<(String, i64)> {
        let sub = scene.sandbox.subscriptions.find(self.subscription.as_ref()?)?;
        let invoice = scene.sandbox.invoices.find(sub.latest_invoice.as_ref()?)?;
        let charge = scene.sandbox.charges.find(invoice.charge.as_ref()?)?;
        let left = charge.amount - charge.amount_refunded;
        (charge.succeeded && left > 0).then(|| (charge.id.clone(), left))
    }
}

/// A full name, its e-mail address and its region.
pub(super) fn identity(rng: &mut Rng, currency: Currency, number: usize) -> (String, String, &'static Region) {
    let regions: &'static [Region] = match currency {
        Currency::Usd => &names::DOLLAR,
        Currency::Eur => &names::EURO,
        Currency::Jpy => &names::YEN,
    };
    // Most of the dollar customers live in the first region.
    let drawn = if rng.chance(0.6) { regions.first() } else { rng.pick(regions) };
    let region = drawn.unwrap_or(&names::YEN[0]);
    let first = rng.pick(region.first).copied().unwrap_or(("Kim", "kim"));
    let last = rng.pick(region.last).copied().unwrap_or(("Lee", "lee"));
    let name = if region.family_first { format!("{} {}", last.0, first.0) } else { format!("{} {}", first.0, last.0) };
    let domain = rng.pick(&["example.com", "example.org", "example.net"]).copied().unwrap_or("example.com");
    (name, format!("{}.{}{number}@{domain}", first.1, last.1), region)
}
