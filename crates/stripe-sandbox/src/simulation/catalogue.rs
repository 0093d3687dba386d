//! What is sold: three tiers in three currencies, coaching, seats, and a legacy plan that nobody has mapped.

use crate::calendar::Interval;
use crate::state::object::{CouponDuration, CouponTerms, Metadata};
use crate::state::{NewPrice, Sandbox};

/// The currencies that individuals pay in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Currency {
    Usd,
    Eur,
    Jpy,
}

const CURRENCIES: [(Currency, &str); 3] = [(Currency::Usd, "usd"), (Currency::Eur, "eur"), (Currency::Jpy, "jpy")];

/// Name, description, and the monthly price in dollars, euros (cents) and yen.
const TIERS: [(&str, &str, [i64; 3]); 3] = [
    ("Basic", "Workouts and progress tracking", [900, 900, 1_300]),
    ("Standard", "Basic plus programs and motion tracking", [1_900, 1_900, 2_800]),
    ("Premium", "Standard plus assessments and live classes", [2_900, 2_900, 4_200]),
];

const COACHING: [(&str, &str, i64); 3] = [
    ("Coaching Essential", "One check-in a week", 19_900),
    ("Coaching Plus", "Two check-ins a week and a nutrition plan", 29_900),
    ("Coaching Elite", "Daily contact with a coach", 49_900),
];

/// Coupon ids that the simulation hands out.
pub(super) const WELCOME: &str = "WELCOME20";
pub(super) const CREATOR: &str = "CREATOR15";
pub(super) const FIVE_OFF: &str = "FIVEOFF";
pub(super) const STAY: &str = "STAY3";

#[derive(Debug)]
pub(super) struct Catalogue {
    /// By tier, then currency: monthly, yearly.
    tiers: Vec<Vec<(Currency, String, String)>>,
    coaching: Vec<String>,
    pub(super) seat: String,
    pub(super) legacy: String,
}

impl Catalogue {
    pub(super) fn create(sandbox: &mut Sandbox) -> Self {
        let catalogue = Self {
            tiers: (1..).zip(TIERS).map(|(tier, row)| create_tier(sandbox, tier, row)).collect(),
            coaching: COACHING.into_iter().map(|row| create_coaching(sandbox, row)).collect(),
            seat: create_seat(sandbox),
            legacy: create_legacy(sandbox),
        };
        create_coupons(sandbox);
        catalogue
    }

    /// A tier (0 to 2) in a currency.
    pub(super) fn tier(&self, tier: usize, currency: Currency, yearly: bool) -> Option<&str> {
        let rows = self.tiers.get(tier.min(2))?;
        let (_, monthly, year) = rows.iter().find(|(of, _, _)| *of == currency)?;
        Some(if yearly { year } else { monthly })
    }

    pub(super) fn coaching(&self, level: usize) -> Option<&str> {
        self.coaching.get(level.min(2)).map(String::as_str)
    }
}

fn create_tier(
    sandbox: &mut Sandbox,
    tier: u32,
    (name, description, amounts): (&str, &str, [i64; 3]),
) -> Vec<(Currency, String, String)> {
    let product = sandbox.create_product(name, Some(description), Metadata::new());
    let metadata = metadata(&[("stream", "rev1_individual"), ("tier", &format!("tier{tier}"))]);
    let mut rows = Vec::new();
    for ((currency, code), amount) in CURRENCIES.into_iter().zip(amounts) {
        let mut price =
            |interval: Interval, amount: i64| create_price(sandbox, &product, code, amount, interval, &metadata);
        let monthly = price(Interval::Month, amount);
        let yearly = price(Interval::Year, amount * 10);
        rows.push((currency, monthly, yearly));
    }
    rows
}

/// Elite says its stream on the product: prices made in Stripe's dashboard often carry no metadata.
fn create_coaching(sandbox: &mut Sandbox, (name, description, amount): (&str, &str, i64)) -> String {
    let stream = metadata(&[("stream", "rev2_coaching")]);
    let (on_product, on_price) =
        if name.ends_with("Elite") { (stream, Metadata::new()) } else { (Metadata::new(), stream) };
    let product = sandbox.create_product(name, Some(description), on_product);
    create_price(sandbox, &product, "usd", amount, Interval::Month, &on_price)
}

fn create_seat(sandbox: &mut Sandbox) -> String {
    let description = Some("For gyms, clubs, clinics and teams, per member");
    let product = sandbox.create_product("Team seat", description, Metadata::new());
    let stream = metadata(&[("stream", "rev3_b2b")]);
    create_price(sandbox, &product, "usd", 1_400, Interval::Month, &stream)
}

/// No stream anywhere: somebody has to map it.
fn create_legacy(sandbox: &mut Sandbox) -> String {
    let product = sandbox.create_product("Founders plan", None, Metadata::new());
    create_price(sandbox, &product, "usd", 1_200, Interval::Month, &Metadata::new())
}

fn create_price(
    sandbox: &mut Sandbox,
    product: &str,
    currency: &str,
    unit_amount: i64,
    interval: Interval,
    metadata: &Metadata,
) -> String {
    let new = NewPrice {
        product: product.to_owned(),
        currency: currency.to_owned(),
        unit_amount,
        recurring: Some((interval, 1)),
        metadata: metadata.clone(),
        ..NewPrice::default()
    };
    // The product was made a moment ago and the amounts are the constants above.
    sandbox.create_price(new).unwrap_or_default()
}

fn create_coupons(sandbox: &mut Sandbox) {
    let five = CouponTerms::Amount { minor: 500, currency: "usd".to_owned() };
    let all = [
        (WELCOME, "Welcome: 20 % off", CouponTerms::Percent(2_000), CouponDuration::Once),
        (CREATOR, "Creator partner: 15 % off", CouponTerms::Percent(1_500), CouponDuration::Forever),
        (FIVE_OFF, "5 dollars off", five, CouponDuration::Once),
        (STAY, "Stay: half price for three months", CouponTerms::Percent(5_000), CouponDuration::Repeating(3)),
    ];
    for (id, name, terms, duration) in all {
        if let Err(error) = sandbox.create_coupon(id, name, terms, duration) {
            tracing::error!(%error, id, "a coupon of the catalogue was refused");
        }
    }
}

pub(super) fn metadata(pairs: &[(&str, &str)]) -> Metadata {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
