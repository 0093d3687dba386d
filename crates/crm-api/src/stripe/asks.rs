//! What is asked, as Stripe's API spells it.

use super::Gateway;
use super::replies::{Coupons, Link, Made, Subscription, Upcoming};
use chrono::{DateTime, Utc};
use crm_domain::stripe_actions::{Answer, Ask, ChangeAsk, Checkout, NewCustomer, Person, Refusal, Stripe};
use crm_types::stripe_actions::{CancellationReason, ChangePreview, ProrationBehavior, RefundReason, StripeCoupon};
use serde::Serialize;
use std::collections::BTreeMap;
use stripe::StripeRequest;
use stripe_billing::invoice::{
    CreatePreviewInvoice, CreatePreviewInvoiceSubscriptionDetails, CreatePreviewInvoiceSubscriptionDetailsItems,
};
use stripe_billing::subscription::{
    CancelSubscription, CancelSubscriptionCancellationDetails, CreateSubscription, CreateSubscriptionItems,
    CreateSubscriptionPaymentBehavior, DiscountsDataParam, ResumeSubscription, RetrieveSubscription,
    UpdateSubscription, UpdateSubscriptionCancellationDetails, UpdateSubscriptionItems,
    UpdateSubscriptionPauseCollection, UpdateSubscriptionPauseCollectionBehavior,
};
use stripe_client_core::{CustomizableStripeRequest, RequestBuilder, StripeMethod};
use stripe_core::customer::CreateCustomer;
use stripe_core::refund::{CreateRefund, CreateRefundReason};

impl Stripe for Gateway {
    async fn ask(&self, ask: &Ask, key: &str) -> Result<Answer, Refusal> {
        let made = match ask {
            Ask::Change(change) => {
                let item = self.item(change).await?;
                self.send(Some(key), || changed(change, &item).build().customize::<Made>()).await?
            }
            ask => self.send(Some(key), || request(ask)).await?,
        };
        Ok(Answer { id: made.id })
    }

    async fn create_customer(&self, new: &NewCustomer, key: &str) -> Result<String, Refusal> {
        let request = || {
            let mut create = CreateCustomer::new()
                .email(new.email.clone())
                .metadata([("crm_customer_id".to_owned(), new.ours.clone())]);
            if let Some(name) = &new.name {
                create = create.name(name.clone());
            }
            if let Some(phone) = &new.phone {
                create = create.phone(phone.clone());
            }
            create.build().customize::<Made>()
        };
        Ok(self.send(Some(key), request).await?.id)
    }

    async fn preview(&self, change: &ChangeAsk) -> Result<ChangePreview, Refusal> {
        let item = self.item(change).await?;
        let request = || {
            let mut new = CreatePreviewInvoiceSubscriptionDetailsItems::new();
            new.id = Some(item.clone());
            new.price = Some(change.price.clone());
            new.quantity = Some(change.quantity.unsigned_abs());
            let mut details = CreatePreviewInvoiceSubscriptionDetails::new();
            details.items = Some(vec![new]);
            let Ok(proration) = proration(change.proration).parse();
            details.proration_behavior = Some(proration);
            details.proration_date = change.prorated_at.map(|at| at.timestamp());
            let preview = CreatePreviewInvoice::new().subscription(change.subscription.clone());
            preview.subscription_details(details).build().customize::<Upcoming>()
        };
        self.send(None, request).await.map_err(nothing_done)?.shown()
    }

    async fn coupons(&self) -> Result<Vec<StripeCoupon>, Refusal> {
        let page = || {
            RequestBuilder::new(StripeMethod::Get, "/coupons")
                .query(&BTreeMap::from([("limit", "100")]))
                .customize::<Coupons>()
        };
        Ok(self.send(None, page).await.map_err(nothing_done)?.shown())
    }

    async fn billing_portal(&self, customer: &str, key: &str) -> Result<String, Refusal> {
        let form = PortalForm { customer, return_url: &self.home };
        let request =
            || RequestBuilder::new(StripeMethod::Post, "/billing_portal/sessions").form(&form).customize::<Link>();
        Ok(self.send(Some(key), request).await?.url)
    }

    async fn checkout(&self, checkout: &Checkout, key: &str) -> Result<String, Refusal> {
        let (customer, customer_email) = match &checkout.person {
            Person::Known(id) => (Some(id.as_str()), None),
            Person::Email(email) => (None, Some(email.as_str())),
        };
        let trial_period_days = Some(checkout.trial_days).filter(|days| *days > 0);
        let form = CheckoutForm {
            mode: "subscription",
            customer,
            customer_email,
            line_items: [LineItem { price: &checkout.price, quantity: checkout.quantity }],
            subscription_data: trial_period_days.map(|trial_period_days| SubscriptionData { trial_period_days }),
            success_url: &self.home,
            cancel_url: &self.home,
        };
        let request = || RequestBuilder::new(StripeMethod::Post, "/checkout/sessions").form(&form).customize::<Link>();
        Ok(self.send(Some(key), request).await?.url)
    }
}

impl Gateway {
    /// Stripe's id of the item that changes: only its price is known here.
    async fn item(&self, change: &ChangeAsk) -> Result<String, Refusal> {
        let find = || RetrieveSubscription::new(change.subscription.clone()).build().customize::<Subscription>();
        let found = self.send(None, find).await.map_err(nothing_done)?;
        let of = |price: &str| found.items.data.iter().find(|item| item.price.id == price);
        // A change that was done, and whose answer was lost, is found by its new price.
        let item = of(&change.item_price).or_else(|| of(&change.price));
        item.map(|item| item.id.clone()).ok_or_else(|| Refusal::Invalid {
            param: None,
            message: "the subscription was changed at Stripe meanwhile. Look at it again.".to_owned(),
        })
    }
}

/// A read that was not answered leaves no doubt: nothing was asked for.
fn nothing_done(refusal: Refusal) -> Refusal {
    if refusal.is_final() { refusal } else { Refusal::Unreachable }
}

/// The request of everything but a change of items.
fn request(ask: &Ask) -> CustomizableStripeRequest<Made> {
    match ask {
        Ask::Start { customer, price, quantity, trial_days, coupon } => {
            let mut item = CreateSubscriptionItems::new();
            item.price = Some(price.clone());
            item.quantity = Some(quantity.unsigned_abs());
            // A declined card is an error now, not a subscription that nobody asked for.
            let mut create = CreateSubscription::new()
                .customer(customer.clone())
                .items(vec![item])
                .payment_behavior(CreateSubscriptionPaymentBehavior::ErrorIfIncomplete);
            if *trial_days > 0 {
                create = create.trial_period_days(*trial_days);
            }
            if let Some(coupon) = coupon {
                create = create.discounts(vec![discount(coupon)]);
            }
            create.build().customize()
        }
        Ask::Change(change) => changed(change, "").build().customize(),
        Ask::ApplyCoupon { subscription, coupon } => {
            UpdateSubscription::new(subscription.clone()).discounts(vec![discount(coupon)]).build().customize()
        }
        Ask::RemoveCoupon { subscription } => emptied(subscription, "discounts"),
        Ask::Pause { subscription, resumes_at } => {
            let mut pause = UpdateSubscriptionPauseCollection::new(UpdateSubscriptionPauseCollectionBehavior::Void);
            pause.resumes_at = resumes_at.map(|at: DateTime<Utc>| at.timestamp());
            UpdateSubscription::new(subscription.clone()).pause_collection(pause).build().customize()
        }
        Ask::Resume { subscription, stopped: true } => {
            ResumeSubscription::new(subscription.clone()).build().customize()
        }
        Ask::Resume { subscription, stopped: false } => emptied(subscription, "pause_collection"),
        Ask::Cancel { subscription, now: true, reason, comment } => {
            let mut details = CancelSubscriptionCancellationDetails::new();
            details.comment.clone_from(comment);
            let Ok(feedback) = CancellationReason::as_str(*reason).parse();
            details.feedback = Some(feedback);
            CancelSubscription::new(subscription.clone()).cancellation_details(details).build().customize()
        }
        Ask::Cancel { subscription, now: false, reason, comment } => {
            let mut details = UpdateSubscriptionCancellationDetails::new();
            details.comment.clone_from(comment);
            let Ok(feedback) = CancellationReason::as_str(*reason).parse();
            details.feedback = Some(feedback);
            let update = UpdateSubscription::new(subscription.clone()).cancel_at_period_end(true);
            update.cancellation_details(details).build().customize()
        }
        Ask::Keep { subscription } => {
            UpdateSubscription::new(subscription.clone()).cancel_at_period_end(false).build().customize()
        }
        Ask::Refund { payment, amount, reason } => {
            let create = CreateRefund::new().amount(*amount).reason(match reason {
                RefundReason::RequestedByCustomer => CreateRefundReason::RequestedByCustomer,
                RefundReason::Duplicate => CreateRefundReason::Duplicate,
                RefundReason::Fraudulent => CreateRefundReason::Fraudulent,
            });
            let create = match payment.starts_with("pi_") {
                true => create.payment_intent(payment.clone()),
                false => create.charge(payment.clone()),
            };
            create.build().customize()
        }
    }
}

fn changed(change: &ChangeAsk, item: &str) -> UpdateSubscription {
    let mut new = UpdateSubscriptionItems::new();
    new.id = Some(item.to_owned());
    new.price = Some(change.price.clone());
    new.quantity = Some(change.quantity.unsigned_abs());
    let Ok(proration) =
        proration(change.proration).parse::<stripe_billing::subscription::UpdateSubscriptionProrationBehavior>();
    let update = UpdateSubscription::new(change.subscription.clone()).items(vec![new]).proration_behavior(proration);
    match change.prorated_at {
        Some(at) => update.proration_date(at.timestamp()),
        None => update,
    }
}

fn proration(behavior: ProrationBehavior) -> &'static str {
    match behavior {
        ProrationBehavior::NextInvoice => "create_prorations",
        ProrationBehavior::Now => "always_invoice",
        ProrationBehavior::None => "none",
    }
}

fn discount(coupon: &str) -> DiscountsDataParam {
    let mut discount = DiscountsDataParam::new();
    discount.coupon = Some(coupon.to_owned());
    discount
}

/// Stripe empties a field that is sent as an empty text, which async-stripe's types cannot say.
fn emptied(subscription: &str, field: &'static str) -> CustomizableStripeRequest<Made> {
    let form = BTreeMap::from([(field, "")]);
    RequestBuilder::new(StripeMethod::Post, format!("/subscriptions/{subscription}")).form(&form).customize()
}

#[derive(Serialize)]
struct PortalForm<'a> {
    customer: &'a str,
    return_url: &'a str,
}

/// The crate of async-stripe's that has this request is one that nothing else needs.
#[derive(Serialize)]
struct CheckoutForm<'a> {
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_email: Option<&'a str>,
    line_items: [LineItem<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_data: Option<SubscriptionData>,
    success_url: &'a str,
    cancel_url: &'a str,
}

#[derive(Serialize)]
struct LineItem<'a> {
    price: &'a str,
    quantity: i64,
}

#[derive(Serialize)]
struct SubscriptionData {
    trial_period_days: u32,
}
