// Invoices and what pays them.
import { type Shape, type StripeObject, id, seconds } from "./event.ts";

const day = 86_400;

export interface Invoice {
  id?: string;
  customer: string;
  subscription: string;
  price: StripeObject;
  /** In the currency's minor unit. */
  amount: number;
  created?: number;
  status?: "draft" | "open" | "paid" | "void" | "uncollectible";
  reason?: "subscription_create" | "subscription_cycle" | "subscription_update";
  shape?: Shape;
}

export function invoice(about: Invoice): StripeObject {
  const invoiceId = about.id ?? id("in");
  const { amount, created = seconds(), reason = "subscription_cycle", shape = "current", status = "paid" } = about;
  const paid = status === "paid";
  const current = shape === "current";
  const details = { metadata: {}, subscription: about.subscription };
  const item = `si_${about.subscription.slice(4)}`;
  const line = {
    id: `il_${invoiceId.slice(3)}`,
    object: "line_item",
    amount,
    currency: about.price.currency,
    description: "Subscription",
    discount_amounts: [],
    discountable: true,
    discounts: [],
    livemode: false,
    metadata: {},
    period: { start: created, end: created + 30 * day },
    quantity: 1,
    ...(current
      ? {
          invoice: invoiceId,
          parent: {
            type: "subscription_item_details",
            invoice_item_details: null,
            subscription_item_details: { proration: false, subscription: about.subscription, subscription_item: item },
          },
          pricing: {
            type: "price_details",
            price_details: { price: about.price.id, product: about.price.product },
            unit_amount_decimal: String(amount),
          },
          taxes: [],
        }
      : {
          price: about.price,
          proration: false,
          subscription: about.subscription,
          subscription_item: item,
          tax_amounts: [],
          type: "subscription",
        }),
  };
  return {
    id: invoiceId,
    object: "invoice",
    amount_due: amount,
    amount_paid: paid ? amount : 0,
    amount_remaining: paid ? 0 : amount,
    attempt_count: 1,
    attempted: true,
    billing_reason: reason,
    collection_method: "charge_automatically",
    created,
    currency: about.price.currency,
    customer: about.customer,
    discounts: [],
    ending_balance: 0,
    lines: { object: "list", data: [line], has_more: false, url: `/v1/invoices/${invoiceId}/lines` },
    livemode: false,
    metadata: {},
    number: null,
    period_start: created,
    period_end: created + 30 * day,
    starting_balance: 0,
    status,
    status_transitions: { finalized_at: created, marked_uncollectible_at: null, paid_at: paid ? created : null, voided_at: null },
    subtotal: amount,
    subtotal_excluding_tax: amount,
    total: amount,
    total_discount_amounts: [],
    ...(current
      ? {
          parent: { type: "subscription_details", quote_details: null, subscription_details: details },
          total_taxes: [],
        }
      : {
          charge: amount > 0 ? `ch_${invoiceId.slice(3)}` : null,
          paid,
          payment_intent: amount > 0 ? `pi_${invoiceId.slice(3)}` : null,
          subscription: about.subscription,
          subscription_details: { metadata: {} },
          tax: 0,
          total_tax_amounts: [],
        }),
  };
}

/** Since basil, how an invoice was paid: the only place that ties it to its payment intent. */
export function invoicePayment(paid: StripeObject): StripeObject {
  const intent = `pi_${paid.id.slice(3)}`;
  return {
    id: `inpay_${paid.id.slice(3)}`,
    object: "invoice_payment",
    amount_paid: paid.amount_paid,
    amount_requested: paid.amount_due,
    created: paid.created,
    currency: paid.currency,
    invoice: paid.id,
    is_default: true,
    livemode: false,
    payment: { type: "payment_intent", payment_intent: intent },
    status: "paid",
    status_transitions: { canceled_at: null, paid_at: paid.created },
  };
}
