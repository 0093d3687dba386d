// Clients who are coached, and what they paid.
import type { CrmServer } from "./server.ts";
import { event, id, invoicePayment, subscriptionLife } from "./stripe.ts";
import { settled } from "./test.ts";

export interface Thing {
  id: string;
}

/** Somebody who pays $19.99 a month and is coached at a gym; gives the payment. */
export async function coached(server: CrmServer, name: string, gym: string, coach: string, start?: number) {
  const life = subscriptionLife({ name, from: { amount: 1_999 }, ...(start && { start }) }).slice(0, 4);
  const paid = life.find(({ type }) => type === "invoice.paid")?.data.object;
  if (!paid) throw new Error("a life without a payment");
  await server.postWebhooks([...life, event("invoice_payment.paid", invoicePayment(paid))]);
  await settled(server);
  const { items } = await server.api<{ items: Thing[] }>(`/api/customers?q=${encodeURIComponent(name)}`);
  await server.api("/api/coaching-relationships", "POST", {
    coach_id: coach,
    client_id: items[0]?.id,
    organization_id: gym,
    started_at: "2026-01-01T00:00:00Z",
  });
  return paid;
}

/** What Stripe says of a dispute over a payment: `moves` are what it moved, out (negative) and back in. */
export function dispute(paid: { id: string }, status: string, amount: number, moves: number[], created: number, type: string) {
  const object = {
    id: `du_${paid.id.slice(3)}`,
    object: "dispute",
    amount,
    currency: "usd",
    charge: null,
    payment_intent: `pi_${paid.id.slice(3)}`,
    status,
    reason: "fraudulent",
    created,
    balance_transactions: moves.map((moved) => ({ id: id("txn"), object: "balance_transaction", amount: moved, fee: 1_500, created })),
  };
  return event(`charge.dispute.${type}`, object);
}
