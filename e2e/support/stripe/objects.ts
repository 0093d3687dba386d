// Customers, prices and subscriptions.
import { type Shape, type StripeObject, id, seconds } from "./event.ts";

const day = 86_400;

export interface Customer {
  id?: string;
  email?: string;
  name?: string;
  created?: number;
  metadata?: Record<string, string>;
}

export function customer(about: Customer = {}): StripeObject {
  const customerId = about.id ?? id("cus");
  return {
    id: customerId,
    object: "customer",
    address: null,
    balance: 0,
    created: about.created ?? seconds(),
    currency: "usd",
    delinquent: false,
    description: null,
    email: about.email ?? `${customerId}@example.com`,
    livemode: false,
    metadata: about.metadata ?? {},
    name: about.name ?? "Casey Customer",
    phone: null,
    preferred_locales: [],
    tax_exempt: "none",
  };
}

export interface Price {
  id?: string;
  product?: string;
  /** In the currency's minor unit. */
  amount?: number;
  currency?: string;
  interval?: "day" | "week" | "month" | "year";
  intervalCount?: number;
  /** What the product's revenue counts as; without one the price waits to be mapped. */
  stream?: "rev1_individual" | "rev2_coaching" | "rev3_b2b" | null;
  tier?: "tier1" | "tier2" | "tier3" | null;
}

export function price(about: Price = {}): StripeObject {
  const { amount = 1900, currency = "usd", interval = "month", intervalCount = 1 } = about;
  const { stream = "rev1_individual", tier = stream === "rev1_individual" ? "tier2" : null } = about;
  return {
    id: about.id ?? id("price"),
    object: "price",
    active: true,
    billing_scheme: "per_unit",
    created: seconds(),
    currency,
    livemode: false,
    lookup_key: null,
    metadata: { ...(stream && { stream }), ...(tier && { tier }) },
    nickname: null,
    product: about.product ?? id("prod"),
    recurring: { interval, interval_count: intervalCount, meter: null, trial_period_days: null, usage_type: "licensed" },
    tax_behavior: "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: "recurring",
    unit_amount: amount,
    unit_amount_decimal: String(amount),
  };
}

export interface Subscription {
  id?: string;
  customer: string;
  price: StripeObject;
  quantity?: number;
  status?: "trialing" | "active" | "past_due" | "canceled" | "unpaid" | "incomplete" | "incomplete_expired" | "paused";
  created?: number;
  periodStart?: number;
  periodEnd?: number;
  trialEnd?: number | null;
  canceledAt?: number | null;
  cancelAtPeriodEnd?: boolean;
  shape?: Shape;
}

export function subscription(about: Subscription): StripeObject {
  const subscriptionId = about.id ?? id("sub");
  const { created = seconds(), quantity = 1, shape = "current", status = "active", trialEnd = null } = about;
  const { canceledAt = null } = about;
  const period = {
    current_period_start: about.periodStart ?? created,
    current_period_end: about.periodEnd ?? created + 30 * day,
  };
  const item = {
    id: `si_${subscriptionId.slice(4)}`,
    object: "subscription_item",
    created,
    discounts: [],
    metadata: {},
    price: about.price,
    quantity,
    subscription: subscriptionId,
    tax_rates: [],
    ...(shape === "current" && period),
  };
  return {
    id: subscriptionId,
    object: "subscription",
    application: null,
    billing_cycle_anchor: created,
    cancel_at: null,
    cancel_at_period_end: about.cancelAtPeriodEnd ?? false,
    canceled_at: canceledAt,
    cancellation_details: { comment: null, feedback: null, reason: canceledAt && "cancellation_requested" },
    collection_method: "charge_automatically",
    created,
    currency: about.price.currency,
    customer: about.customer,
    discounts: [],
    ended_at: status === "canceled" ? canceledAt : null,
    items: { object: "list", data: [item], has_more: false, url: `/v1/subscription_items?subscription=${subscriptionId}` },
    latest_invoice: null,
    livemode: false,
    metadata: {},
    pause_collection: null,
    schedule: null,
    start_date: created,
    status,
    trial_end: trialEnd,
    trial_start: trialEnd === null ? null : created,
    ...(shape === "current" ? { billing_mode: { type: "flexible" } } : { ...period, discount: null, quantity }),
  };
}
