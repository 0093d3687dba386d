// What Stripe sends waits, dies or is refused where an admin can see it, and nothing that was taken is lost.
import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { column } from "../support/rows.ts";
import type { CrmServer } from "../support/server.ts";
import { type StripeEvent, customer, event, id, invoice, price, seconds, sign, subscriptionLife } from "../support/stripe.ts";
import { expect, signIn, test } from "../support/test.ts";

// It counts what is parked, and changes the secrets.
test.use({ business: "stripe inbox" });

test("an unknown price waits in sight until it is mapped, then its MRR appears", async ({ page, server }) => {
  const life = subscriptionLife({ name: "Paula Parked", from: { id: id("price"), amount: 4_200, stream: null } }).slice(0, 4);
  await server.postWebhooks(life);
  await signIn(page, server, "/settings/stripe?state=parked");
  await expect(page.getByText("1 price counts for no stream yet.")).toBeVisible();
  await expect(page.getByRole("table", { name: "Events" })).toBeVisible();
  expect(new Set(await column(page, "Events", "State"))).toEqual(new Set(["Parked"]));
  expect((await column(page, "Events", "Reason")).join()).toContain("price_");
  expect(await customerMrr(page, "Paula Parked")).not.toContain("42");

  await page.goto("/settings/stripe");
  await page.getByRole("link", { name: "Map prices" }).click();
  const waits = page.getByRole("region", { name: "Not mapped" }).locator(".price");
  await expect(waits).toHaveCount(1);
  await expect(waits).toContainText("$42.00 a month");
  await expect(waits).toContainText(/\d parked events?/);
  await waits.getByLabel("Stream").selectOption({ label: "REV 1 Individual" });
  await waits.getByLabel("Tier").selectOption({ label: "Standard" });
  await expect(waits.getByText(/\d events? waits? for it and will be applied/)).toBeVisible();
  await expect(waits.getByRole("listitem").filter({ hasText: "becomes $42.00 MRR" })).toContainText("REV 1 Individual, Standard: $0.00");
  await waits.getByRole("button", { name: "Map price" }).click();
  await expect(page.getByRole("status").filter({ hasText: /mapped: released [1-9]/ })).toBeVisible();
  await expect(page.getByText("Every price is mapped")).toBeVisible();
  await expect(page.getByRole("region", { name: "Mapped", exact: true }).getByRole("listitem")).toContainText("REV 1 Individual, Standard");

  await expect.poll(() => customerMrr(page, "Paula Parked")).toBe("$42.00");
  await page.goto("/settings/stripe?state=parked");
  await expect(page.getByText("No event matches this filter")).toBeVisible();
});

test("a dead event says why, and is tried again when asked to", async ({ page, server }) => {
  const orphan = { ...invoice({ customer: id("cus"), subscription: id("sub"), price: price(), amount: 1_900 }), customer: null };
  const dead = event("invoice.paid", orphan);
  await server.postWebhooks([dead]);
  await signIn(page, server, "/settings/stripe?state=dead");
  const row = page.getByRole("table", { name: "Events" }).getByRole("row").filter({ hasText: dead.id });
  await expect(row).toContainText("Dead");
  expect((await column(page, "Events", "Reason")).join()).toMatch(/customer/);

  await row.getByRole("link", { name: "invoice.paid" }).click();
  const preview = page.getByRole("complementary", { name: "invoice.paid, preview" });
  await expect(preview).toContainText(/customer/);
  await expect(preview.getByRole("region", { name: "The event’s body" })).toContainText(dead.id);
  const settled = await settledAt(server, dead);
  await preview.getByRole("button", { name: "Replay event" }).click();
  await expect(page.getByRole("status").filter({ hasText: "The event will be applied again" })).toBeVisible();
  // Nothing about it has changed, so that it is dead again, and says so.
  await expect.poll(() => settledAt(server, dead)).toBeGreaterThan(settled);
  const again = await settledAt(server, dead);
  await expect(row).toContainText("Dead");
  await page.getByRole("button", { name: /^Replay all 1 dead/ }).click();
  await expect(page.getByRole("status").filter({ hasText: "1 event will be applied again" })).toBeVisible();
  await expect.poll(() => settledAt(server, dead)).toBeGreaterThan(again);
});

test("what is not Stripe's is refused and stored nowhere", async ({ server }) => {
  const good = event("customer.created", customer());
  const body = JSON.stringify(good);
  const tooLarge = body + " ".repeat(513 * 1024 - body.length);
  const secret = server.webhookSecret;
  const refused: [name: string, body: string, signature: string, status: number][] = [
    ["another secret", body, sign(body, "whsec_wrong"), 400],
    ["one byte changed", body.replace("customer.created", "customer.Created"), sign(body, secret), 400],
    ["no signature", body, "", 400],
    ["stale", body, sign(body, secret, seconds() - 400), 400],
    ["from the future", body, sign(body, secret, seconds() + 400), 400],
    ["truncated", body.slice(0, -20), sign(body.slice(0, -20), secret), 400],
    ["513 KiB", tooLarge, sign(tooLarge, secret), 413],
  ];
  for (const [name, sent, signature, status] of refused) {
    const response = await server.postWebhook(sent, signature);
    expect(response.status, name).toBe(status);
    expect(response.headers.get("content-type"), name).toContain("application/problem+json");
    expect(await response.json(), name).toMatchObject({ status, type: expect.any(String), title: expect.any(String) });
  }
  expect(await stored(server, good)).toBe(false);
  await server.postWebhooks([good]);
  expect(await stored(server, good)).toBe(true);
});

test("a secret is replaced while both are active", async ({ page, server }) => {
  const former = server.webhookSecret;
  const next = `whsec_${randomBytes(24).toString("hex")}`;
  const post = async (secrets: string | string[]) => {
    const body = JSON.stringify(event("customer.created", customer()));
    return (await server.postWebhook(body, sign(body, secrets))).status;
  };
  expect([await post(former), await post(next)]).toEqual([200, 400]);
  await server.restart({ STRIPE_WEBHOOK_SECRETS: `${former},${next}` });
  expect([await post(former), await post(next), await post(["whsec_older", next])]).toEqual([200, 200, 200]);
  await signIn(page, server, "/settings/stripe");
  await expect(page.getByRole("region", { name: "Connection" })).toContainText("2 secrets are active");
  await server.restart({ STRIPE_WEBHOOK_SECRETS: next });
  expect([await post(former), await post(next)]).toEqual([400, 200]);
  await server.restart({ STRIPE_WEBHOOK_SECRETS: former });
});

async function customerMrr(page: Page, name: string): Promise<string> {
  await page.goto(`/customers?q=${encodeURIComponent(name)}`);
  return (await column(page, "Customers", "MRR")).join();
}

/** When the event was last done with; 0 while it waits. */
async function settledAt(server: CrmServer, { id }: StripeEvent): Promise<number> {
  const { settled_at } = await server.api<{ settled_at: string | null }>(`/api/stripe-events/${id}`);
  return settled_at === null ? 0 : new Date(settled_at).getTime();
}

async function stored(server: CrmServer, { id }: StripeEvent): Promise<boolean> {
  return (await server.api<{ items: unknown[] }>(`/api/stripe-events?q=${id}`)).items.length > 0;
}
