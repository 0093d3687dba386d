//! From a customer's payments, who coached them and which rules held, to how each payment and refund is shared: pure.
//!
//! Every party gets the floor of its part, and what is left goes to the largest remainders, ties to coach, organisation,
//! platform in that order. What goes back is shared as it accumulates: after each refund the parties together have given back
//! what allocating all that went back so far says, so that a full refund leaves everybody with nothing.

use crate::exact::{Exact, largest_remainder, round_half_away};
use chrono::{DateTime, Utc};
use crm_types::Currency;
use crm_types::billing::TransactionKind;
use crm_types::revenue::ShareBase;
use uuid::Uuid;

/// All of something, in basis points.
pub const WHOLE: i64 = 10_000;

/// A half-open stretch of time; without an end it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct During {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub to: Option<DateTime<Utc>>,
}

impl During {
    /// Whether an instant is in it.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// That a client was coached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coaching {
    /// The relationship.
    pub id: Uuid,
    /// Who coached.
    pub coach: Uuid,
    /// Where.
    pub organization: Option<Uuid>,
    /// When.
    pub during: During,
    /// When it rested.
    pub pauses: Vec<During>,
}

/// For whom a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// For all.
    Default,
    /// For those who are coached there.
    Organization(Uuid),
    /// For one coaching relationship.
    Relationship(Uuid),
}

/// How a payment is shared while the rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The rule.
    pub id: Uuid,
    /// For whom.
    pub scope: Scope,
    /// Of what.
    pub base: ShareBase,
    /// The coach's part, in basis points.
    pub coach_bp: i32,
    /// The organisation's part, in basis points.
    pub organization_bp: i32,
    /// When it holds.
    pub during: During,
}

/// Money that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Unique among all that is shared.
    pub business_key: String,
    /// What it and its refunds are filed under.
    pub payment_key: String,
    /// Stripe's subscription id.
    pub subscription: Option<String>,
    /// Of all amounts.
    pub currency: Currency,
    /// All that was paid, tax and all.
    pub amount: i64,
    /// Tax within.
    pub tax: i64,
    /// What the payment cost: as Stripe told, else as the declared fees say.
    pub fee: i64,
    /// What of the invoice was for individual subscriptions, and all that it was for. Nothing else is shared.
    pub individual: (i64, i64),
    /// The service period.
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Money that went back: refunded, or taken by a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Unique among all that is shared.
    pub business_key: String,
    /// The payment that it is of.
    pub payment_key: String,
    /// Refund or dispute.
    pub kind: TransactionKind,
    /// Positive.
    pub amount: i64,
    /// When.
    pub at: DateTime<Utc>,
}

/// How a payment or refund is shared: a row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The payment's, refund's or dispute's.
    pub business_key: String,
    /// The payment's.
    pub payment_key: String,
    /// In or out.
    pub kind: TransactionKind,
    /// Who has a part.
    pub coach: Uuid,
    /// Who else has.
    pub organization: Option<Uuid>,
    /// Why the coach has.
    pub relationship: Uuid,
    /// The rule that held.
    pub rule: Uuid,
    /// Stripe's subscription id.
    pub subscription: Option<String>,
    /// Of what.
    pub base: ShareBase,
    /// The coach's part, in basis points.
    pub coach_bp: i32,
    /// The organisation's part, in basis points.
    pub organization_bp: i32,
    /// Of all amounts.
    pub currency: Currency,
    /// What the customer paid of it, tax and all; negative when it went back.
    pub paid: i64,
    /// What of that is shared.
    pub shared: i64,
    /// The coach's.
    pub coach_part: i64,
    /// The organisation's.
    pub organization_part: i64,
    /// The rest.
    pub platform_part: i64,
    /// The service period.
    pub period: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// When.
    pub at: DateTime<Utc>,
}

/// How these payments and refunds of one customer are shared. What nobody coached, or no rule is for, is not.
pub fn derive(payments: &[Payment], refunds: &[Refund], coachings: &[Coaching], rules: &[Rule]) -> Vec<Share> {
    let mut shares = Vec::new();
    let mut in_order: Vec<&Payment> = payments.iter().collect();
    in_order.sort_by(|a, b| (a.at, &a.business_key).cmp(&(b.at, &b.business_key)));
    let mut back: Vec<Refund> = refunds.to_vec();
    back.sort_by(|a, b| (a.at, &a.business_key).cmp(&(b.at, &b.business_key)));
    for payment in in_order {
        // Where one payment has several rows, the first is paid back first.
        let mut left = payment.amount;
        let mut refunded = Vec::new();
        for refund in back.iter_mut().filter(|r| r.payment_key == payment.payment_key) {
            let taken = refund.amount.clamp(0, left);
            if taken > 0 {
                left -= taken;
                refund.amount -= taken;
                refunded.push(Refund { amount: taken, ..refund.clone() });
            }
        }
        let Some(terms) = Terms::of(payment, coachings, rules) else { continue };
        let whole = terms.parts(payment.amount);
        shares.push(terms.share(payment.business_key.clone(), TransactionKind::Payment, payment.at, &whole));
        let (mut so_far, mut before) = (0, Parts::default());
        for refund in refunded {
            so_far += refund.amount;
            let after = terms.parts(so_far);
            let mut key = refund.business_key;
            if shares.iter().any(|s| s.business_key == key) {
                key = format!("{key}:{}", payment.business_key);
            }
            shares.push(terms.share(key, refund.kind, refund.at, &before.less(&after)));
            before = after;
        }
    }
    shares
}

/// What some of a payment comes to, and for whom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Parts {
    paid: i64,
    shared: i64,
    each: [i64; 3],
}

impl Parts {
    fn less(&self, other: &Self) -> Self {
        let mut each = self.each;
        each.iter_mut().zip(other.each).for_each(|(mine, theirs)| *mine -= theirs);
        Self { paid: self.paid - other.paid, shared: self.shared - other.shared, each }
    }
}

/// On what terms a payment is shared.
struct Terms<'a> {
    payment: &'a Payment,
    coaching: &'a Coaching,
    rule: &'a Rule,
    organization_bp: i32,
    /// What of the payment was for an individual subscription, and what of that is shared.
    individual: i64,
    shared: i64,
}

impl<'a> Terms<'a> {
    fn of(payment: &'a Payment, coachings: &'a [Coaching], rules: &'a [Rule]) -> Option<Self> {
        let at = payment.at;
        let coaching =
            coachings.iter().find(|c| c.during.contains(at) && !c.pauses.iter().any(|pause| pause.contains(at)))?;
        let concerns = |scope: Scope| match scope {
            Scope::Default => true,
            Scope::Organization(id) => coaching.organization == Some(id),
            Scope::Relationship(id) => coaching.id == id,
        };
        let held = rules.iter().filter(|rule| rule.during.contains(at) && concerns(rule.scope));
        let rule = held.max_by_key(|rule| rule.scope)?;
        let individual = part(payment.amount, payment.individual);
        if individual <= 0 {
            return None;
        }
        let shared = match rule.base {
            ShareBase::Gross => individual,
            ShareBase::NetOfTax => individual - part(payment.tax, payment.individual),
            ShareBase::NetOfFees => {
                let costs = part(payment.tax, payment.individual).saturating_add(part(payment.fee, payment.individual));
                (individual - costs).max(0)
            }
        };
        let organization_bp = if coaching.organization.is_some() { rule.organization_bp } else { 0 };
        Some(Self { payment, coaching, rule, organization_bp, individual, shared })
    }

    /// What so much of the payment comes to.
    fn parts(&self, amount: i64) -> Parts {
        let of = (amount, self.payment.amount);
        let shared = part(self.shared, of);
        let (coach, organization) = (i64::from(self.rule.coach_bp), i64::from(self.organization_bp));
        let weights = [coach, organization, WHOLE - coach - organization];
        let allocated = allocate(shared, &weights);
        let mut each = [0; 3];
        each.iter_mut().zip(allocated).for_each(|(each, part)| *each = part);
        Parts { paid: part(self.individual, of), shared, each }
    }

    fn share(&self, business_key: String, kind: TransactionKind, at: DateTime<Utc>, parts: &Parts) -> Share {
        let [coach_part, organization_part, platform_part] = parts.each;
        Share {
            business_key,
            payment_key: self.payment.payment_key.clone(),
            kind,
            coach: self.coaching.coach,
            organization: self.coaching.organization,
            relationship: self.coaching.id,
            rule: self.rule.id,
            subscription: self.payment.subscription.clone(),
            base: self.rule.base,
            coach_bp: self.rule.coach_bp,
            organization_bp: self.organization_bp,
            currency: self.payment.currency,
            paid: parts.paid,
            shared: parts.shared,
            coach_part,
            organization_part,
            platform_part,
            period: self.payment.period,
            at,
        }
    }
}

/// Divides an amount by weights of which one at least is above 0. The parts add up to it.
pub fn allocate(amount: i64, weights: &[i64]) -> Vec<i64> {
    let all: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    let share = |w: &i64| Exact::new(i128::from(amount) * i128::from(*w), all.max(1));
    largest_remainder(amount, &weights.iter().map(share).collect::<Vec<_>>())
}

/// The part of an amount that `some` is of `all`, rounded half away from zero; nothing of nothing.
fn part(amount: i64, (some, all): (i64, i64)) -> i64 {
    if all <= 0 {
        return 0;
    }
    round_half_away(Exact::new(i128::from(amount) * i128::from(some.clamp(0, all)), i128::from(all))).unwrap_or(0)
}

#[cfg(test)]
#[path = "derive_tests.rs"]
mod tests;
