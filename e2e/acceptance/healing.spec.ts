// What webhooks missed comes in after all: swept up, found to differ and repaired, or read from before.
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { connected } from "../support/connected.ts";
import type { StripeSandbox } from "../support/sandbox.ts";
import type { CrmServer } from "../support/server.ts";
import { expect, signIn } from "../support/test.ts";

interface Connected {
  sandbox: StripeSandbox;
  standard: string;
}

const test = await connected(async (sandbox): Promise<Connected> => {
  return { sandbox, standard: await sandbox.price("Standard", 1_900, "tier2") };
});
test.use({ business: "healing" });

/** Loses the next webhooks; when they are forgotten, Stripe's list of events does not know them either. */
async function lose({ sandbox }: Connected, count: number, forgotten = false): Promise<void> {
  await sandbox.post("test_helpers/lost_events", { count, forgotten: String(forgotten) });
}

async function mrr(server: CrmServer, name: string): Promise<number | undefined> {
  const query = `/api/subscriptions?q=${encodeURIComponent(name)}`;
  return (await server.api<{ items: { mrr: { minor: number } }[] }>(query)).items[0]?.mrr.minor;
}

function card(page: Page, name: string) {
  return page.getByRole("region", { name, exact: true });
}

/** The fact beside a term of a card. */
function fact(page: Page, name: string, term: string) {
  return card(page, name).locator("dt", { hasText: new RegExp(`^${term}$`) }).locator("xpath=following-sibling::dd[1]");
}

test("a sweep brings in what a webhook lost", async ({ page, server, stripe }) => {
  await lose(stripe, 100);
  await stripe.sandbox.subscriber("Sia Swept", stripe.standard);
  await lose(stripe, 0);
  await signIn(page, server, "/settings/healing");
  await expect(card(page, "Missed events")).toContainText("Not swept so far");
  expect(await mrr(server, "Sia Swept")).toBeUndefined();
  await card(page, "Missed events").getByRole("button", { name: "Sweep now" }).click();
  await expect(card(page, "Missed events")).toContainText("Events were missed", { timeout: 15_000 });
  await expect(fact(page, "Missed events", "Missed by webhooks")).not.toHaveText("0");
  await expect.poll(() => mrr(server, "Sia Swept")).toBe(1_900);
  await card(page, "Missed events").getByRole("button", { name: "Sweep now" }).click();
  await expect(card(page, "Missed events")).toContainText("Nothing missed", { timeout: 15_000 });
  await expect(fact(page, "Missed events", "Missed by webhooks")).toHaveText("0");
});

test("what Stripe forgot to tell is found to differ, and repaired", async ({ page, server, stripe }) => {
  const subscription = await stripe.sandbox.subscriber("Rita Repaired", stripe.standard);
  await expect.poll(() => mrr(server, "Rita Repaired")).toBe(1_900);
  // Some seconds later: Stripe's times are whole ones.
  const before = Date.now();
  await expect.poll(() => Date.now()).toBeGreaterThan(before + 2_000);
  await lose(stripe, 100, true);
  await stripe.sandbox.post(`subscriptions/${subscription.id}`, { cancel_at_period_end: "true" });
  await lose(stripe, 0);
  await signIn(page, server, "/settings/healing");
  await card(page, "Reconciliation").getByRole("button", { name: "Compare now" }).click();
  await expect(card(page, "Reconciliation")).toContainText("1 object differs", { timeout: 20_000 });
  const table = page.getByRole("table", { name: "Fields in which we and Stripe differ" });
  const row = table.getByRole("row").filter({ hasText: "Cancel at period end" });
  await expect(row).toContainText(subscription.id);
  await expect(row.getByRole("cell").nth(2)).toHaveText("no");
  await expect(row.getByRole("cell").nth(3)).toHaveText("yes");
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await table.getByRole("button", { name: `Repair ${subscription.id}` }).click();
  await expect(page.getByRole("status").filter({ hasText: "Stripe is asked for 1 object" })).toBeVisible();
  await expect(card(page, "Reconciliation")).toContainText("As at Stripe", { timeout: 20_000 });
  await expect(table).toHaveCount(0);
  await expect(fact(page, "Reconciliation", "Drift")).toHaveText("0.00%");
  const query = `/api/subscriptions?q=${encodeURIComponent("Rita Repaired")}`;
  const { items } = await server.api<{ items: { cancel_at: string | null }[] }>(query);
  expect(items[0]?.cancel_at).not.toBeNull();
});

test("a backfill reads what was there before, and says why it waits when Stripe fails", async ({ page, server, stripe }) => {
  await lose(stripe, 100, true);
  await stripe.sandbox.subscriber("Bea Before", stripe.standard);
  await lose(stripe, 0);
  await signIn(page, server, "/settings/healing");
  await stripe.sandbox.post("test_helpers/faults", { kind: "429", count: 1, retry_after: 3 });
  await card(page, "Backfill").getByRole("button", { name: "Start backfill" }).click();
  await expect(card(page, "Backfill")).toContainText("Stripe takes no more requests just now.", { timeout: 15_000 });
  await expect(card(page, "Backfill")).toContainText("Done", { timeout: 30_000 });
  await expect(card(page, "Backfill").getByRole("status").filter({ hasText: /\d+ objects read, [1-9]/ })).toBeVisible();
  await expect.poll(() => mrr(server, "Bea Before")).toBe(1_900);
  await expectAccessible(page);
});
