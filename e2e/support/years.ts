// A business with a past, for what is counted by month.
import { type StripeEvent, event, id, invoice, price, subscriptionLife } from "./stripe.ts";

const day = 86_400;

/** The first second of the month so many months ago, UTC. */
export function monthsAgo(months: number): number {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1) / 1000;
}

/** The first and last day of the month so many months ago. */
export function month(months: number): { from: string; to: string } {
  const iso = (at: number) => new Date(at * 1000).toISOString().slice(0, 10);
  return { from: iso(monthsAgo(months)), to: iso(monthsAgo(months - 1) - day) };
}

/** A life that ends at another time than right after it began. */
export function leaves(about: Parameters<typeof subscriptionLife>[0], end: number): StripeEvent[] {
  const life = subscriptionLife(about);
  const last = life.at(-1);
  if (!last) throw new Error("no life");
  Object.assign(last, { created: end });
  Object.assign(last.data.object, { canceled_at: end, ended_at: end });
  return [...life.slice(0, 4), last];
}

/**
 * So many months: in each, eight people come, four of whom leave one, two and five months later; one of the others moves to a
 * better plan at once. In the month before this one a payment fails and is paid later, and another fails for good.
 */
export function past(months: number): StripeEvent[] {
  const events: StripeEvent[] = [];
  for (let ago = months; ago > 0; ago -= 1) {
    const start = monthsAgo(ago) + 5 * day;
    const name = (person: number) => `Came ${ago} months ago ${person}`;
    for (const [person, stays] of [1, 1, 2, 5].entries()) {
      // Whoever would leave in a month that has not come is still there.
      const end = monthsAgo(ago - stays) + 12 * day;
      const about = { start: start + person * 3600, name: name(person) };
      events.push(...(stays < ago ? leaves(about, end) : subscriptionLife(about).slice(0, 4)));
    }
    for (let person = 4; person < 7; person += 1) {
      events.push(...subscriptionLife({ start: start + person * 3600, name: name(person) }).slice(0, person === 4 ? 5 : 4));
    }
    const coach = { amount: 19_900, stream: "rev2_coaching" as const };
    events.push(...subscriptionLife({ start: start + 7 * 3600, name: name(7), from: coach }).slice(0, 4));
  }
  const at = monthsAgo(1) + 15 * day;
  for (const [person, paidLater] of [true, false].entries()) {
    const life = subscriptionLife({ start: monthsAgo(1) + 8 * day, name: `Fails ${person}` }).slice(0, 4);
    const paid = life[3]?.data.object;
    if (!paid) throw new Error("a life without a payment");
    const about = { id: id("in"), customer: String(paid.customer), subscription: id("sub"), price: price(), amount: 1_900, created: at };
    events.push(...life, event("invoice.payment_failed", invoice({ ...about, status: "open" }), at));
    if (paidLater) events.push(event("invoice.paid", invoice(about), at + 2 * day));
  }
  // The business lives: without this, the newest day would be some time ago.
  events.push(...subscriptionLife({ name: "Came just now" }).slice(0, 4));
  return events;
}
