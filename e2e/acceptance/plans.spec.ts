// Plans: one is found, its price counts for another tier once that was looked at, and its figures are those of its rows.
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { column, listTotal, minor } from "../support/rows.ts";
import type { CrmServer } from "../support/server.ts";
import { type StripeObject, customer, event, id, price, subscription } from "../support/stripe.ts";
import { expect, signIn, settled, test } from "../support/test.ts";

// It adds up all plans.
test.use({ business: "plans" });

const product = (name: string, productId: string) =>
  event("product.created", { id: productId, object: "product", active: true, created: 1, livemode: false, metadata: {}, name });

/** Somebody subscribes to a price, and to a second one as well if there is one. */
function subscribes(name: string, first: StripeObject, more: Partial<Parameters<typeof subscription>[0]> = {}, second?: StripeObject) {
  const person = customer({ name });
  const bought = subscription({ customer: person.id, price: first, ...more });
  const items = bought.items as { data: object[] };
  if (second) items.data.push({ ...items.data[0], id: id("si"), price: second, quantity: 1 });
  return [event("customer.created", person), event("customer.subscription.created", bought)];
}

const gold = { product: id("prod"), price: id("price") };
const seats = { product: id("prod"), price: id("price") };
const coaching = { product: id("prod"), price: id("price") };

test.beforeAll(async ({ server }) => {
  const monthly = price({ id: gold.price, product: gold.product, amount: 1_900, tier: "tier1" });
  const euros = price({ product: gold.product, amount: 1_700, currency: "eur", tier: "tier1" });
  const seat = price({ id: seats.price, product: seats.product, amount: 1_800, stream: "rev3_b2b" });
  const coach = price({ id: coaching.price, product: coaching.product, amount: 7_100, stream: "rev2_coaching" });
  await server.postWebhooks([
    product("Gold Membership", gold.product),
    product("Gym Seats", seats.product),
    product("Coaching Licence", coaching.product),
    ...subscribes("Gina Gold", monthly),
    ...subscribes("Gustav Gold", monthly),
    ...subscribes("Elke Euro", euros),
    ...subscribes("Tina Trial", monthly, { status: "trialing", trialEnd: Math.floor(Date.now() / 1000) + 86_400 }),
    ...subscribes("Lena Leaving", monthly, { cancelAtPeriodEnd: true }),
    ...subscribes("Iron Gym", seat, { quantity: 72 }, coach),
  ]);
  await settled(server);
});

const tile = (page: Page, name: string) => page.getByRole("article").filter({ has: page.getByRole("heading", { name, exact: true }) });

/** MRR by tier at the end of today, in dollars. */
async function byTier(server: CrmServer): Promise<Record<string, number>> {
  const { series } = await server.api<{ series: { key: string; values: number[] }[] }>("/api/analytics/mrr?group_by=tier&currency=usd");
  return Object.fromEntries(series.map(({ key, values }) => [key, values.at(-1) ?? 0]));
}

test("a plan is found, and each of its figures leads to as many rows", async ({ page, server }) => {
  await signIn(page, server);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Plans" }).click();
  await expect(page.getByRole("heading", { name: "Plans", level: 1 })).toBeVisible();
  expect(await column(page, "Plans", "Plan")).toHaveLength(3);
  await page.getByRole("link", { name: "Subscribers" }).click();
  await expect.poll(() => column(page, "Plans", "Subscribers")).toEqual(["4", "1", "1"]);
  await page.getByRole("searchbox").fill("membership gold");
  await expect.poll(() => column(page, "Plans", "Plan")).toHaveLength(1);
  await page.getByRole("table").getByRole("link", { name: "Gold Membership" }).click();
  const preview = page.getByRole("complementary", { name: "Gold Membership, preview" });
  await expect(preview).toContainText("$57.00 + €17.00");
  await preview.getByRole("link", { name: "Open plan" }).click();
  await expect(page.getByRole("heading", { name: "Gold Membership", level: 1 })).toBeVisible();

  await expect(tile(page, "MRR")).toContainText("$57.00");
  await expect(tile(page, "MRR")).toContainText("and €17.00");
  for (const [name, figure] of [["Subscribers", 4], ["In trial", 1], ["Set to end", 1]] as const) {
    await expect(tile(page, name).locator(".stat__value")).toHaveText(String(figure));
    await tile(page, name).getByRole("link").click();
    await expect(page.getByRole("heading", { name: "Subscriptions", level: 1 })).toBeVisible();
    await expect(page.getByRole("group", { name: "Filters", exact: true }).getByText("Plan is Gold Membership")).toBeVisible();
    // On paper it has its name, too.
    await expect(page.locator(".only-print")).toContainText("Plan is Gold Membership");
    await expect.poll(async () => (await listTotal(page)).count).toBe(figure);
    await page.goBack();
  }
  await tile(page, "MRR").getByRole("link").click();
  await expect.poll(async () => (await listTotal(page)).sums.map(minor).sort()).toEqual([1700, 5700]);
  await page.goBack();
  await page.getByRole("link", { name: "MRR movements of its subscriptions" }).click();
  await expect.poll(async () => (await listTotal(page)).count).toBe(4);
});

test("a price counts for another tier, once what that does was looked at", async ({ page, server }) => {
  const before = await byTier(server);
  expect(before).toMatchObject({ tier1: 5_700 });
  await signIn(page, server, `/plans/${gold.product}`);
  await expect(page.getByText("REV 1 Individual, Basic").first()).toBeVisible();
  const monthly = page.getByRole("listitem").filter({ hasText: gold.price });
  await monthly.getByRole("button", { name: "Change mapping" }).click();
  await monthly.getByLabel("Tier").selectOption({ label: "Premium" });
  await expect(monthly.getByText("REV 1 Individual, Basic: $57.00 becomes $0.00 MRR")).toBeVisible();
  await expect(monthly.getByText("REV 1 Individual, Premium: $0.00 becomes $57.00 MRR")).toBeVisible();
  await expectAccessible(page);
  await monthly.getByRole("button", { name: "Map price" }).click();
  await expect(page.getByRole("status").filter({ hasText: "recomputing 4 customers" })).toBeVisible();
  await expect(monthly).toContainText("REV 1 Individual, Premium");

  // The plan's MRR went to the other tier, and is as much as it was.
  await expect.poll(() => byTier(server)).toMatchObject({ tier3: 5_700 });
  expect((await byTier(server)).tier1 ?? 0).toBe(0);
  await expect(tile(page, "MRR")).toContainText("$57.00");
  await page.goto("/plans?tier=tier3");
  await expect.poll(() => column(page, "Plans", "Plan")).toHaveLength(1);

  // All plans add up to what the dashboard and the subscriptions say.
  const plans = await server.api<{ sums: object[] }>("/api/plans?count=exact");
  const subscriptions = await server.api<{ sums: object[] }>("/api/subscriptions?count=exact");
  const overview = await server.api<{ currencies: object[] }>("/api/analytics/overview");
  expect(plans.sums).toEqual(subscriptions.sums);
  expect(plans.sums).toEqual(overview.currencies);
  await page.goto("/plans");
  const shown = (await listTotal(page)).sums.join(" ");
  for (const sum of plans.sums as { minor: number }[]) expect(shown.replace(/[^\d€$ ]/g, "")).toContain(String(sum.minor));
});

test("a subscription shows its two items, which add up to its MRR", async ({ page, server }) => {
  await signIn(page, server, "/subscriptions?q=Iron");
  await page.getByRole("table").getByRole("link", { name: "Iron Gym" }).click();
  await page.getByRole("complementary").getByRole("link", { name: "Open subscription" }).click();
  await expect(page.getByRole("heading", { name: "Subscription", level: 1 })).toBeVisible();
  expect(await column(page, "Items", "Quantity")).toEqual(["72", "1"]);
  expect((await column(page, "Items", "MRR")).map(minor)).toEqual([129_600, 7_100]);
  await expect(page.getByText("$1,367.00")).toBeVisible();
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await page.getByRole("table", { name: "Items" }).getByRole("link", { name: "Coaching Licence" }).click();
  await expect(page.getByRole("heading", { name: "Coaching Licence", level: 1 })).toBeVisible();
  await expect(tile(page, "MRR")).toContainText("$71.00");
});

test("the palette finds a plan, the settings lead to it, and a viewer may look and not map", async ({ page, server }) => {
  await signIn(page, server, "/", "viewer");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("seats");
  await page.getByRole("option", { name: /Gym Seats/ }).click();
  await expect(page.getByRole("heading", { name: "Gym Seats", level: 1 })).toBeVisible();
  const map = page.getByRole("button", { name: "Change mapping" });
  await expect(map).toBeDisabled();
  await expect(map).toHaveAccessibleDescription(/Needs the right to map prices/);
  await page.getByRole("link", { name: "Prices of all plans" }).click();
  await page.getByRole("link", { name: "Gym Seats", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Gym Seats", level: 1 })).toBeVisible();
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
});
