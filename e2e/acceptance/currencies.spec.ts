// Two currencies: rates are entered and imported, and MRR stands in one currency, with what the rates alone did.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { CrmServer } from "../support/server.ts";
import { customer, event, price, seconds, subscription } from "../support/stripe.ts";
import { expect, signIn, test } from "../support/test.ts";

// Its figures are checked to the cent, so nobody else may write.
test.use({ business: "currencies" });
test.describe.configure({ mode: "serial" });

const day = 86_400;
const now = seconds();
const ago = (days: number) => new Date((now - days * day) * 1000).toISOString().slice(0, 10);
const period = `from=${ago(29)}&to=${ago(0)}`;

test.beforeAll(async ({ server }) => {
  const lives = [
    { name: "Uma", amount: 1_900, currency: "usd", created: now - 40 * day },
    { name: "Erika", amount: 10_000, currency: "eur", created: now - 20 * day },
  ];
  await server.postWebhooks(
    lives.flatMap(({ name, amount, currency, created }) => {
      const person = customer({ name, created });
      const bought = subscription({ customer: person.id, price: price({ amount, currency }), created });
      return [event("customer.created", person, created), event("customer.subscription.created", bought, created)];
    }),
  );
  await expect.poll(async () => (await server.api<{ pending: number }>("/api/stripe-events/stats")).pending).toBe(0);
});

test("a rate is entered, a file with wrong rows imported, and MRR stands in one currency", async ({ page, server }) => {
  await signIn(page, server, `/?${period}`);
  // Nothing is added up before it can be.
  await page.getByLabel("Currency", { exact: true }).selectOption("All, converted");
  await expect(page).toHaveURL(/currency=reporting/);
  const missing = page.getByText(`No rate for EUR on or before ${ago(20)}.`).first();
  await expect(missing).toBeVisible();
  await page.getByRole("link", { name: "Enter rates" }).first().click();

  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  const covered = page.getByRole("row", { name: /^EUR/ }).filter({ hasText: "days" });
  await expect(covered).toContainText("21 days");
  await page.getByRole("button", { name: "Enter rate" }).click();
  const dialog = page.getByRole("dialog", { name: "Enter rate" });
  await dialog.getByLabel("Since").fill(ago(20));
  await dialog.getByLabel("Rate").fill("0");
  await dialog.getByRole("button", { name: "Enter rate" }).click();
  await expect(dialog.getByText("A rate is above 0.")).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel("Rate").fill("1.1");
  await dialog.getByRole("button", { name: "Enter rate" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("table", { name: "Rates", exact: true }).getByRole("row").filter({ hasText: "Entered" })).toContainText("1.1");
  // Carried on for a week; then none holds.
  await expect(covered).toContainText("13 days");

  await page.getByRole("button", { name: "Import rates" }).click();
  const importing = page.getByRole("dialog", { name: "Import rates" });
  const file = [
    "day,currency,rate",
    `${ago(13)},EUR,1.1`,
    `${ago(10)},EUR,1.2`,
    `${ago(10)},eur,1.3`,
    `${ago(4)},XXZ,1`,
    `${ago(4)},EUR,-1`,
    `${ago(-5)},EUR,1.2`,
    `${ago(4)},EUR,1.2`,
  ].join("\r\n");
  await importing.getByLabel("CSV file").setInputFiles({ name: "rates.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
  await expect(importing.getByRole("status")).toContainText("3 new, 0 changed, 0 as they are, 4 rows are wrong.");
  for (const wrong of [
    `Line 4, day: Line 3 has a rate for EUR on ${ago(10)} already.`,
    "Line 5, currency: `XXZ` is not an ISO 4217 currency.",
    "Line 6, rate: A rate is above 0.",
    "Line 7, day: The rate of a day to come is not known yet.",
  ]) {
    await expect(importing.getByText(wrong)).toBeVisible();
  }
  await expectAccessible(page);
  await importing.getByRole("button", { name: "Import 3 rates" }).click();
  await expect(importing).toBeHidden();
  await expect(page.getByRole("row", { name: /^EUR.*No day/ })).toBeVisible();
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });

  // $19 and €100 at 1.2; the €100 gained 0.1 each when they were there already.
  await page.goto(`/?${period}&currency=reporting`);
  const figures = page.getByRole("region", { name: "Key figures" });
  await expect(figures.getByRole("article").filter({ hasText: /^MRR/ })).toContainText("$139");
  const movement = page.getByRole("region", { name: "MRR movement" });
  await expect(movement.getByRole("link", { name: "Exchange rate +$10" })).toBeVisible();
  await expect(movement).toContainText("$19 + $110 − $0 + $10 = $139");
  await expect(page.getByRole("region", { name: "Behind the figures" })).toContainText("Rate of EUR");
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });

  await page.goto(`/analytics/movements?${period}&currency=reporting`);
  const bridge = page.getByRole("region", { name: "What explains the change" });
  await expect(bridge.getByRole("row", { name: /^Together/ })).toContainText("+$10");
  await expect(bridge).toContainText("difference $0.00");
  await page.goto(`/dashboard/finance?${period}&currency=reporting`);
  await expect(page.getByText("are of the account’s currency alone")).toBeVisible();
  // And each currency by itself, as ever.
  await page.goto(`/?${period}&currency=eur`);
  await expect(figures.getByRole("article").filter({ hasText: /^MRR/ })).toContainText("€100");
});

test("a rate is taken away, and a reader changes nothing", async ({ page, server }) => {
  await signIn(page, server, "/settings/currencies?source=entered");
  await page.getByRole("table", { name: "Rates", exact: true }).getByRole("link", { name: "EUR" }).click();
  const preview = page.getByRole("complementary", { name: /, preview$/ });
  await expect(preview.getByRole("heading", { name: "1 EUR = 1.1 USD" })).toBeVisible();
  await expectAccessible(page);
  await preview.getByRole("button", { name: "Delete rate" }).click();
  await expect(page.getByText("Rate of EUR deleted")).toBeVisible();
  await expect(page.getByRole("row", { name: /^EUR.*7 days/ })).toBeVisible();

  await signIn(page, server, "/settings/currencies", "analyst");
  await expect(page.getByRole("button", { name: "Enter rate" })).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByRole("textbox", { name: "Address" })).toBeDisabled();
});

test("rates come from an address, and what is wrong with it is told", async ({ page }) => {
  const rates = createServer((_, reply) => {
    reply.setHeader("content-type", "application/json");
    reply.end(JSON.stringify({ base: "EUR", date: ago(1), rates: { USD: 1.25, GBP: 0.8 } }));
  });
  await new Promise<void>((listening) => rates.listen(0, "127.0.0.1", listening));
  const { port } = rates.address() as AddressInfo;
  const server = await CrmServer.start({ settings: { CRM_RATES_LOCAL: "true" } });
  try {
    await signIn(page, server, "/settings/currencies");
    const address = page.getByRole("textbox", { name: "Address" });
    await address.fill("ftp://127.0.0.1/rates");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Use an address that begins with https://.")).toBeVisible();
    await address.fill(`http://127.0.0.1:${port}/latest`);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(page.getByText("Settings saved")).toBeVisible();
    await page.getByRole("button", { name: "Fetch now" }).click();
    await expect(page.getByText("Rates came in")).toBeVisible();
    const rows = page.getByRole("table", { name: "Rates", exact: true }).getByRole("row").filter({ hasText: "Address" });
    await expect(rows).toHaveCount(2);
    await expect(rows.filter({ hasText: "GBP" })).toContainText("1.5625");
    rates.close();
    rates.closeAllConnections();
    await page.getByRole("button", { name: "Fetch now" }).click();
    await expect(page.getByText("127.0.0.1 cannot be reached.").first()).toBeVisible();
  } finally {
    rates.close();
    await server.stop();
  }
});
