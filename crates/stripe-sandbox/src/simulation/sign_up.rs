//! Somebody new, and their first subscription.

use super::catalogue::{Currency, FIVE_OFF};
use super::marketing::Source;
use super::people::{Act, Kind, Person, identity};
use super::{Scene, organisation};
use crate::calendar::{DAY, HOUR};
use crate::error::Result;
use crate::rng::Rng;
use crate::state::billing_object::TrialEnd;
use crate::state::object::{Metadata, PaymentBehaviour};
use crate::state::{NewCustomer, NewItem, NewSubscription};

/// Days of a trial.
const TRIAL_DAYS: u32 = 10;

impl Person {
    pub(super) fn sign_up(scene: &mut Scene<'_>, mut rng: Rng) -> Self {
        let kind = match rng.weighted(&[850, 95, 43, 12]) {
            0 => Kind::Individual,
            1 => Kind::Coached,
            2 => Kind::Organisation,
            _ => Kind::Founder,
        };
        let currency = match rng.weighted(&[860, 93, 47]) {
            1 if kind == Kind::Individual => Currency::Eur,
            2 if kind == Kind::Individual => Currency::Jpy,
            _ => Currency::Usd,
        };
        let source = Source::draw(&mut rng);
        let (name, email, region) = identity(&mut rng, currency, scene.person);
        let mut metadata = source.metadata(&mut rng);
        let (name, email) = if kind == Kind::Organisation {
            organisation::identity(&mut rng, &name, &mut metadata, scene.person)
        } else {
            (name, email)
        };
        let phone = match region.country {
            "US" if rng.chance(0.6) => Some(format!("+1 555 01{:02}", rng.below(100))),
            "GB" if rng.chance(0.6) => Some(format!("+44 7700 900{:03}", rng.below(1_000))),
            _ => None,
        };
        let customer = scene.sandbox.create_customer(NewCustomer {
            email: Some(email),
            name: Some(name),
            phone,
            country: Some(region.country.to_owned()),
            locale: Some(region.locale.to_owned()),
            tax_bp: match currency {
                Currency::Usd => 0,
                Currency::Eur => 2_000,
                Currency::Jpy => 1_000,
            },
            behaviour: PaymentBehaviour::NoMethod,
            metadata,
        });
        let tier = if kind == Kind::Coached { rng.weighted(&[55, 33, 12]) } else { rng.weighted(&[45, 36, 19]) };
        let yearly = kind == Kind::Individual && rng.chance(0.17);
        // Most subscribe at once, some sleep on it, some only look.
        let delay = match rng.weighted(&[80, 12, 8]) {
            0 => Some(rng.between(40, 1_500)),
            1 => Some(rng.between(DAY, 12 * DAY)),
            _ => None,
        };
        if let Some(delay) = delay {
            scene.plan_in(delay, Act::Subscribe);
        }
        let since = scene.at;
        Self {
            rng,
            customer,
            kind,
            source,
            currency,
            tier,
            yearly,
            subscription: None,
            second: None,
            since,
            returns: 0,
        }
    }

    pub(super) fn subscribe(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        if self.kind == Kind::Individual && self.rng.chance(0.86) {
            return self.start_trial(scene);
        }
        let declined = self.rng.chance(0.04);
        let behaviour = if declined { PaymentBehaviour::Decline } else { PaymentBehaviour::Succeed };
        scene.sandbox.set_payment_behaviour(&self.customer, behaviour)?;
        self.subscription = Some(self.buy(scene, 0)?);
        self.since = scene.at;
        if declined && self.rng.chance(0.5) {
            let delay = self.rng.between(HOUR / 6, 8 * HOUR);
            scene.plan_in(delay, Act::MendCard);
        }
        self.plan_review(scene, 20);
        Ok(())
    }

    fn start_trial(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        self.subscription = Some(self.buy(scene, TRIAL_DAYS)?);
        self.since = scene.at;
        self.plan_trial(scene, i64::from(TRIAL_DAYS) * DAY);
        Ok(())
    }

    /// Creates a subscription of what this person buys, and gives its id.
    pub(super) fn buy(&mut self, scene: &mut Scene<'_>, trial_days: u32) -> Result<String> {
        let drawn = if self.returns == 0 { self.source.coupon(&mut self.rng) } else { None };
        let coupon = drawn.filter(|coupon| *coupon != FIVE_OFF || self.currency == Currency::Usd);
        let items = self.basket(scene);
        scene.sandbox.create_subscription(NewSubscription {
            customer: self.customer.clone(),
            items,
            trial_days,
            trial_end: TrialEnd::Cancel,
            coupon: coupon.map(str::to_owned),
            error_if_incomplete: false,
            metadata: Metadata::new(),
        })
    }

    fn basket(&mut self, scene: &Scene<'_>) -> Vec<NewItem> {
        let one = |price: Option<&str>| price.map(|price| NewItem { price: price.to_owned(), quantity: 1 });
        let catalogue = scene.catalogue;
        match self.kind {
            Kind::Individual => one(catalogue.tier(self.tier, self.currency, self.yearly)).into_iter().collect(),
            Kind::Founder => one(Some(&catalogue.legacy)).into_iter().collect(),
            // A third takes a tier along in the same subscription.
            Kind::Coached => {
                let tier = self.rng.chance(0.35).then(|| catalogue.tier(1, Currency::Usd, false)).flatten();
                one(catalogue.coaching(self.tier)).into_iter().chain(one(tier)).collect()
            }
            Kind::Organisation => {
                let seats = NewItem {
                    price: catalogue.seat.clone(),
                    quantity: self.rng.between(5, 40) + self.rng.between(0, 30),
                };
                let coach = self.rng.chance(0.15).then(|| catalogue.coaching(2)).flatten();
                std::iter::once(seats).chain(one(coach)).collect()
            }
        }
    }

    /// Plans the next time to think the subscription over, in about so many days.
    pub(super) fn plan_review(&mut self, scene: &mut Scene<'_>, days: i64) {
        let delay = days * DAY + self.rng.between(0, 8 * DAY);
        scene.plan_in(delay, Act::Review);
    }
}
