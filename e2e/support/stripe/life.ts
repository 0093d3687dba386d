// A whole story of events.
import { type Shape, type StripeEvent, type StripeObject, event, id, seconds } from "./event.ts";
import { invoice } from "./invoices.ts";
import { type Price, customer, price, subscription } from "./objects.ts";

export interface Life {
  /** When it begins; half an hour ago unless said, so that all of it lies in the past. */
  start?: number;
  email?: string;
  name?: string;
  from?: Price;
  to?: Price;
  shape?: Shape;
}

/**
 * Six events of one subscription, five minutes apart: the customer, a trial, its conversion with a payment, an upgrade,
 * the end. Send a part of them to stop on the way.
 */
export function subscriptionLife(about: Life = {}): StripeEvent[] {
  const { start = seconds() - 1800, shape = "current" } = about;
  const at = (step: number) => start + step * 300;
  const person = customer({ created: start, ...(about.email && { email: about.email }), ...(about.name && { name: about.name }) });
  const first = price({ amount: 1900, tier: "tier2", ...about.from });
  const second = price({ amount: 2900, tier: "tier3", ...about.to });
  const shared = { id: id("sub"), customer: person.id, created: at(1), shape };
  const payment = invoice({
    customer: person.id,
    subscription: shared.id,
    price: first,
    amount: Number(first.unit_amount),
    created: at(3),
    shape,
  });
  const make = (type: string, object: StripeObject, step: number) => event(type, object, at(step), shape);
  return [
    make("customer.created", person, 0),
    make(
      "customer.subscription.created",
      subscription({ ...shared, price: first, status: "trialing", trialEnd: at(2), periodEnd: at(2) }),
      1,
    ),
    make("customer.subscription.updated", subscription({ ...shared, price: first, trialEnd: at(2), periodStart: at(2) }), 2),
    make("invoice.paid", payment, 3),
    make("customer.subscription.updated", subscription({ ...shared, price: second, trialEnd: at(2), periodStart: at(2) }), 4),
    make(
      "customer.subscription.deleted",
      subscription({ ...shared, price: second, status: "canceled", trialEnd: at(2), periodStart: at(2), canceledAt: at(5) }),
      5,
    ),
  ];
}
