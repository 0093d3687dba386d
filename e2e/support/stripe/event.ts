// The envelope, and the signature over it.
import { createHmac, randomBytes } from "node:crypto";

/** Where Stripe keeps the period of a subscription, and how an invoice names its subscription. */
export type Shape = "current" | "pre-basil";

export type StripeObject = Record<string, unknown> & { id: string; object: string };

export interface StripeEvent {
  id: string;
  object: "event";
  api_version: string;
  created: number;
  livemode: boolean;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: string;
  data: { object: StripeObject; previous_attributes?: Record<string, unknown> };
}

/** An identifier with Stripe's prefix that no other test has. */
export function id(prefix: string): string {
  return `${prefix}_${randomBytes(10).toString("hex")}`;
}

/** The value of the header `Stripe-Signature` for a body, with several secrets while one replaces another. */
export function sign(body: string, secrets: string | string[], at = seconds()): string {
  const digests = [secrets].flat().map((secret) => createHmac("sha256", secret).update(`${at}.${body}`).digest("hex"));
  return [`t=${at}`, ...digests.map((digest) => `v1=${digest}`)].join(",");
}

/** Now, as Stripe writes times. */
export function seconds(date = new Date()): number {
  return Math.floor(date.getTime() / 1000);
}

export function event(type: string, object: StripeObject, created = seconds(), shape: Shape = "current"): StripeEvent {
  return {
    id: id("evt"),
    object: "event",
    api_version: shape === "current" ? "2025-12-15.clover" : "2024-06-20",
    created,
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
    data: { object },
  };
}
