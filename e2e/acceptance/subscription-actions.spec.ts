// Subscriptions managed through Stripe: what is asked is pending until the sandbox's webhook tells that it happened.
import type { Locator, Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { connected } from "../support/connected.ts";
import { column } from "../support/rows.ts";
import type { StripeSandbox } from "../support/sandbox.ts";
import type { CrmServer } from "../support/server.ts";
import { expect, signIn } from "../support/test.ts";

interface Connected {
  sandbox: StripeSandbox;
  standard: string;
  premium: string;
}

const test = await connected(async (sandbox): Promise<Connected> => {
  const standard = await sandbox.price("Standard", 1_900, "tier2");
  const premium = await sandbox.price("Premium", 2_900, "tier3");
  await sandbox.post("coupons", { id: "HALF", percent_off: 50, duration: "forever" });
  return { sandbox, standard, premium };
});
test.use({ business: "subscription-actions" });

/** The page of somebody's subscription, once the CRM has heard of it. */
async function subscriber(page: Page, server: CrmServer, stripe: Connected, name: string): Promise<string> {
  await stripe.sandbox.subscriber(name, stripe.standard);
  let id = "";
  await expect
    .poll(async () => {
      const query = `/api/subscriptions?q=${encodeURIComponent(name)}`;
      const { items } = await server.api<{ items: { id: string; mrr: { minor: number } }[] }>(query);
      id = items[0]?.id ?? "";
      return items[0]?.mrr.minor;
    })
    .toBe(1_900);
  await page.goto(`${server.url}/subscriptions/${id}`);
  await expect(page.getByRole("heading", { name })).toBeVisible();
  return id;
}

async function choose(page: Page, action: string): Promise<void> {
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}

/** The facts beside a term. */
function fact(page: Page, term: string): Locator {
  return page.locator("dt", { hasText: new RegExp(`^${term}$`) }).locator("xpath=following-sibling::dd[1]").first();
}

async function confirmed(page: Page, summary: RegExp): Promise<void> {
  const asked = page.getByRole("region", { name: "Asked of Stripe" });
  const row = asked.locator("dt", { hasText: summary }).first();
  await expect(row).toBeVisible();
  await expect(row.locator("xpath=following-sibling::dd[1]")).toHaveText("Confirmed", { timeout: 15_000 });
}

test("an upgrade shows what it costs first, and counts once Stripe confirms it", async ({ page, server, stripe }) => {
  await signIn(page, server);
  await subscriber(page, server, stripe, "Una Upgrade");
  await choose(page, "Change plan");
  const dialog = page.getByRole("dialog", { name: "Change plan" });
  await dialog.getByLabel("Quantity").fill("none");
  await dialog.getByRole("button", { name: "Show what it costs" }).click();
  await expect(dialog.getByText("Write a whole number.")).toBeVisible();
  await dialog.getByLabel("Quantity").fill("1");
  await dialog.getByLabel("Price").selectOption({ label: "Premium, $29.00 a month" });
  await dialog.getByLabel("The difference is charged").selectOption({ label: "Now" });
  await dialog.getByRole("button", { name: "Show what it costs" }).click();
  const costs = dialog.getByLabel("What it costs");
  await expect(costs.getByText("Unused time on 1 × Standard")).toBeVisible();
  await expect(costs.getByText("Remaining time on 1 × Premium")).toBeVisible();
  // The period has hardly begun: the whole difference.
  await expect(costs).toContainText(/\+\$(10\.00|9\.99)/);
  await expectAccessible(page);
  // Another draft is not what was shown.
  await dialog.getByLabel("Quantity").fill("2");
  await expect(costs).toBeHidden();
  await dialog.getByLabel("Quantity").fill("1");
  await dialog.getByRole("button", { name: "Change plan" }).click();
  await expect(dialog).toBeHidden();
  await confirmed(page, /^Change to 1 × Premium/);
  await expect(fact(page, "MRR")).toHaveText("$29.00", { timeout: 15_000 });
});

test("a subscription is paused and resumed", async ({ page, server, stripe }) => {
  await signIn(page, server);
  await subscriber(page, server, stripe, "Paul Pause");
  await choose(page, "Pause");
  const dialog = page.getByRole("dialog", { name: "Pause subscription" });
  await dialog.getByRole("button", { name: "Pause subscription" }).click();
  await expect(dialog).toBeHidden();
  await confirmed(page, /^Pause/);
  await expect(fact(page, "MRR")).toHaveText("$0.00", { timeout: 15_000 });
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await expect(page.getByRole("menuitem", { name: "Pause", exact: true })).toHaveAttribute("title", "It is paused already.");
  await page.getByRole("menuitem", { name: "Resume" }).click();
  await confirmed(page, /^Resume/);
  await expect(fact(page, "MRR")).toHaveText("$19.00", { timeout: 15_000 });
});

test("a cancellation at the period's end is taken back", async ({ page, server, stripe }) => {
  await signIn(page, server);
  await subscriber(page, server, stripe, "Cleo Cancel");
  await choose(page, "Cancel subscription");
  const dialog = page.getByRole("dialog", { name: "Cancel subscription" });
  await dialog.getByRole("button", { name: "Cancel subscription" }).click();
  await expect(dialog.getByText("Choose a reason.")).toBeVisible();
  await dialog.getByLabel("Reason").selectOption({ label: "Too expensive" });
  await dialog.getByLabel("In the customer’s words").fill("Back in spring");
  await dialog.getByRole("button", { name: "Cancel subscription" }).click();
  await expect(dialog).toBeHidden();
  await confirmed(page, /^Cancel on .*: too expensive/);
  await expect(fact(page, "Why")).toHaveText("Back in spring");
  await page.goto(`${server.url}/subscriptions?q=Cleo`);
  await page.getByRole("link", { name: "Set to end" }).click();
  await expect(page).toHaveURL(/scheduled=true/);
  await expect.poll(() => column(page, "Subscriptions", "Status")).toEqual([expect.stringMatching(/^Ends /)]);
  await page.goBack();
  await page.goBack();
  await choose(page, "Reactivate");
  await confirmed(page, /^Reactivate/);
  await expect(page.getByText(/^Ends /)).toBeHidden();
});

test("a payment is refunded in part, and no more than is left of it", async ({ page, server, stripe }) => {
  await signIn(page, server);
  await subscriber(page, server, stripe, "Rita Refund");
  await page.getByRole("link", { name: "Open customer" }).click();
  await page.getByRole("region", { name: "Transactions" }).getByRole("table").getByRole("link").first().click();
  const preview = page.getByRole("complementary");
  await preview.getByRole("button", { name: "Refund" }).click();
  const dialog = page.getByRole("dialog", { name: "Refund payment" });
  await expect(dialog.getByLabel("Amount")).toHaveValue("19.00");
  await dialog.getByLabel("Amount").fill("19.01");
  await dialog.getByRole("button", { name: "Refund payment" }).click();
  await expect(dialog.getByText("At most 19.00 USD is left of this payment.")).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel("Amount").fill("7.50");
  await dialog.getByRole("button", { name: "Refund payment" }).click();
  await expect(dialog).toBeHidden();
  await confirmed(page, /^Refund 7.50 USD/);
  await expect(fact(page, "Went back")).toHaveText("$7.50", { timeout: 15_000 });
});

test("a fault of Stripe's is a sentence, and the draft stays", async ({ page, server, stripe }) => {
  await signIn(page, server);
  await subscriber(page, server, stripe, "Fay Fault");
  await choose(page, "Apply coupon");
  const dialog = page.getByRole("dialog", { name: "Apply coupon" });
  await expect(dialog.getByText("50 % off, forever")).toBeVisible();
  await dialog.getByLabel("Coupon", { exact: true }).fill("NONE");
  await dialog.getByRole("button", { name: "Apply coupon" }).click();
  await expect(dialog.getByText(/No such coupon/)).toBeVisible();
  await dialog.getByRole("button", { name: "HALF" }).click();
  // More than are tried: whatever else is asked at the moment may take one.
  await stripe.sandbox.post("test_helpers/faults", { kind: 500, count: 50 });
  await dialog.getByRole("button", { name: "Apply coupon" }).click();
  await expect(dialog.getByText(/Stripe has a fault of its own just now/)).toBeVisible({ timeout: 15_000 });
  await stripe.sandbox.post("test_helpers/faults", { kind: 500, count: 0 });
  await expect(dialog.getByLabel("Coupon", { exact: true })).toHaveValue("HALF");
  await dialog.getByRole("button", { name: "Apply coupon" }).click();
  await expect(dialog).toBeHidden();
  await confirmed(page, /^Apply coupon HALF/);
  await expect(fact(page, "MRR")).toHaveText("$9.50", { timeout: 15_000 });
});

test("a subscription starts with a trial, and there is a link for the customer", async ({ page, server, stripe }) => {
  await signIn(page, server);
  const { id } = await server.api<{ id: string }>("/api/customers", "POST", { name: "Nora New", email: "nora@example.com" });
  await page.goto(`${server.url}/customers/${id}`);
  await page.getByRole("button", { name: "New subscription" }).click();
  const dialog = page.getByRole("dialog", { name: "New subscription" });
  await dialog.getByRole("button", { name: "Start subscription" }).click();
  await expect(dialog.locator(".field__error", { hasText: "Choose a price." })).toBeVisible();
  await dialog.getByLabel("Price").selectOption(stripe.premium);
  await dialog.getByRole("button", { name: "Start subscription" }).click();
  await expect(dialog).toBeHidden();
  await confirmed(page, /^Start 1 × Premium .*, 10 days of trial/);
  await expect(page.getByRole("region", { name: "Subscriptions" }).getByText("Free trial")).toBeVisible();
  await page.getByRole("button", { name: "Billing portal link" }).click();
  const portal = page.getByRole("link", { name: /^https:\/\/billing\.stripe\.com\// });
  await expect(portal).toBeVisible();
  // It is for nobody else: the next customer's page does not show it.
  await server.api("/api/customers", "POST", { name: "Otto Other" });
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search, go to or do" }).fill("Otto Other");
  await page.getByRole("option", { name: /Otto Other/ }).click();
  await expect(page.getByRole("heading", { name: "Otto Other", level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: "Billing portal link" })).toBeVisible();
  await expect(portal).toBeHidden();
  await page.goto(`${server.url}/subscriptions`);
  await page.getByRole("link", { name: "Renew within 7 days" }).click();
  await expect(page).toHaveURL(/renews=true.*period_end_from=/);
});

test("who only reads sees why nothing can be done", async ({ page, server, stripe }) => {
  await signIn(page, server, "/", "viewer");
  await subscriber(page, server, stripe, "Vera Viewed");
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  const item = page.getByRole("menuitem", { name: "Change plan" });
  await expect(item).toHaveAttribute("aria-disabled", "true");
  await expect(item).toHaveAttribute("title", /Needs the right to change subscriptions at Stripe/);
});

test("it is accessible in every look", async ({ page, server, stripe }) => {
  await signIn(page, server);
  const id = await subscriber(page, server, stripe, "Alma Axe");
  await choose(page, "Pause");
  await page.getByRole("dialog").getByRole("button", { name: "Pause subscription" }).click();
  await confirmed(page, /^Pause/);
  for (const path of [`/subscriptions/${id}`, "/subscriptions?status=past_due&sort=current_period_end", "/transactions"]) {
    await page.goto(server.url + path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await inEveryLook(page, async () => {
      await expectAccessible(page);
      await expectNoOverflow(page);
    });
  }
  await page.goto(`${server.url}/subscriptions/${id}`);
  for (const [action, name] of [["Change plan", "Change plan"], ["Cancel subscription", "Cancel subscription"], ["Apply coupon", "Apply coupon"]] as const) {
    await choose(page, action);
    const dialog = page.getByRole("dialog", { name });
    await expect(dialog).toBeVisible();
    await inEveryLook(page, async () => expectAccessible(page));
    await dialog.getByRole("button", { name: "Cancel", exact: true }).click();
  }
});
