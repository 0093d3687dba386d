// Events as Stripe sends them, in the shape of today and in the one before 2025-03-31 ("basil").
export * from "./stripe/event.ts";
export * from "./stripe/invoices.ts";
export * from "./stripe/life.ts";
export * from "./stripe/objects.ts";
