// A statement is downloaded and printed; balances have a minimum, payments a fee, a coaching relationship a rule of its own; and
// the ledgers add up.
import { readFile } from "node:fs/promises";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { coached, type Thing } from "../support/revenue.ts";
import { column } from "../support/rows.ts";
import { expect, settled, signIn, test } from "../support/test.ts";

// Fees and minimums are for all.
test.use({ business: "statements" });

test("a statement is a file and prints whole", async ({ page, server }) => {
  const gym = await server.api<Thing>("/api/organizations", "POST", { name: "Foil Gym", kind: "gym" });
  const coach = await server.api<Thing>("/api/customers", "POST", { name: "Fay Coach" });
  await server.api("/api/revenue/share-rules", "POST", { organization_id: gym.id, coach_bp: 3_000, starts_at: "2026-01-01T00:00:00Z" });
  await coached(server, "=1+1", gym.id, coach.id);
  await signIn(page, server, `/revenue/statements?coach=${coach.id}`);
  await page.getByRole("table").getByRole("link", { name: "Fay Coach" }).click();
  await page.getByRole("link", { name: "Open full page" }).last().click();
  await expect(page.getByRole("table", { name: "Shares of the statement" })).toContainText("$6.0030%");
  const fetched = async (item: string) => {
    await page.getByRole("button", { name: "Download" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: item }).click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const csv = await fetched("CSV, for any spreadsheet");
  expect(csv.name).toMatch(/^statement-\d{4}-\d\d-fay-coach\.csv$/);
  const lines = csv.bytes.toString("utf8").split("\r\n");
  expect(lines[1]).toContain(",payment,'=1+1,in_");
  expect(lines.filter((line) => line.startsWith("Payable,"))).toEqual(["Payable,,,,,,,,,6.00,,"]);
  const book = await fetched("Excel workbook");
  expect(book.name).toMatch(/\.xlsx$/);
  expect(book.bytes.subarray(0, 2).toString()).toBe("PK");
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: "Download" })).toBeHidden();
  await expect(page.getByText(/^Printed /)).toBeVisible();
  await expect(page.getByText("Payable")).toBeVisible();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

test("minimums and fees are set where they are shown, and say what they are", async ({ page, server }) => {
  await signIn(page, server, "/revenue/terms");
  await page.getByRole("button", { name: "Set minimum" }).click();
  const minimum = page.getByRole("dialog", { name: "Set minimum" });
  await minimum.getByLabel("Payout minimum").fill("some");
  await minimum.getByRole("button", { name: "Set minimum" }).click();
  await expect(minimum.getByText("Write an amount such as 50 or 12.50.")).toBeVisible();
  await minimum.getByLabel("Payout minimum").fill("12,50");
  await minimum.getByRole("button", { name: "Set minimum" }).click();
  await expect(page.getByRole("definition").filter({ hasText: "$12.50" })).toBeVisible();

  await page.getByRole("button", { name: "Declare fee" }).click();
  const fee = page.getByRole("dialog", { name: "Declare fee" });
  await fee.getByLabel("Of the amount, in %").fill("200");
  await fee.getByLabel("And for each payment").fill("0.30");
  await fee.getByRole("button", { name: "Declare fee" }).click();
  await expect(fee.getByText("Use 0 to 10000 basis points")).toBeVisible();
  await fee.getByLabel("Of the amount, in %").fill("2.9");
  await fee.getByLabel("From").fill("2026-01-01T00:00");
  await fee.getByRole("button", { name: "Declare fee" }).click();
  await expect(page.getByText("2.9% and $0.30 a payment")).toBeVisible();
  await page.getByRole("button", { name: "How Payment fees is computed" }).click();
  await expect(page.getByText("do not hold it")).toBeVisible();
  await page.keyboard.press("Escape");
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
});

test("a coaching relationship has a rule of its own, of what is left after fees", async ({ page, server }) => {
  const gym = await server.api<Thing>("/api/organizations", "POST", { name: "Own Rule Gym", kind: "gym" });
  const coach = await server.api<Thing>("/api/customers", "POST", { name: "Olaf Coach" });
  await server.api("/api/revenue/payment-fees/usd", "PUT", { rate_bp: 290, fixed_minor: 30, starts_at: "2026-01-01T00:00:00Z" });
  await coached(server, "Odile Client", gym.id, coach.id);
  const { items } = await server.api<{ items: Thing[] }>("/api/customers?q=Odile");
  await signIn(page, server, `/customers/${items[0]?.id}`);
  await page.getByRole("button", { name: "Set own rule" }).click();
  const dialog = page.getByRole("dialog", { name: "Rule for Olaf Coach’s coaching" });
  await dialog.getByLabel("Coach gets, in %").fill("half");
  await dialog.getByRole("button", { name: "Publish rule" }).click();
  await expect(dialog.getByText("Write a part of 100, such as 30 or 12.5.")).toBeVisible();
  await dialog.getByLabel("Coach gets, in %").fill("50");
  await dialog.getByLabel("Of", { exact: true }).selectOption("net_of_fees");
  await dialog.getByLabel("From").fill("2026-01-01T00:00");
  await dialog.getByRole("button", { name: "Publish rule" }).click();
  await expect(page.getByText("Coach gets 50%")).toBeVisible();
  await page.goto(`${server.url}/revenue/shares?coach=${coach.id}`);
  // 19.99 less 2.9 % and 30 cents is 19.11.
  await expect.poll(() => column(page, "Shares", "Coach gets")).toContain("$9.5650%");
});

test("months that were left open are closed together, and what is too little to pay is carried on", async ({ page, server }) => {
  const gym = await server.api<Thing>("/api/organizations", "POST", { name: "Late Gym", kind: "gym" });
  const coach = await server.api<Thing>("/api/customers", "POST", { name: "Lars Coach" });
  const now = new Date();
  for (const ago of [2, 1]) {
    const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 20) / 1000;
    await coached(server, `Lena Client ${ago}`, gym.id, coach.id, start);
  }
  await server.api("/api/revenue/payout-minimums/usd", "PUT", { minor: 1_250 });
  await server.api("/api/revenue/share-rules", "POST", { organization_id: gym.id, coach_bp: 2_000, organization_bp: 500, starts_at: "2026-01-01T00:00:00Z" });
  await settled(server);
  await signIn(page, server, "/revenue/months");
  await page.getByRole("button", { name: /^Close / }).click();
  const dialog = page.getByRole("dialog", { name: /^Close / });
  const months = await dialog.getByLabel("Last month to close").getByRole("option").allTextContents();
  expect(months).toHaveLength(2);
  await dialog.getByLabel("Last month to close").selectOption({ index: 1 });
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await dialog.getByRole("button", { name: "Close month" }).click();
  await expect(page.getByText("2 months closed: 4 statements, 0 of them to pay")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Close / })).toBeHidden();
  // Others were paid this month: the balance waits in it, for more.
  await page.goto(`${server.url}/revenue/statements?coach=${coach.id}`);
  await expect.poll(() => column(page, "Statements", "Carried")).toEqual(["$8.00", "$4.00", "$0.00"]);
  await server.api("/api/revenue/payout-minimums/usd", "PUT", { minor: 800 });
  await page.reload();
  await expect.poll(() => column(page, "Statements", "Payable")).toEqual(["$8.00", "$0.00", "$0.00"]);
});

test("the board of identities is checked on demand and says when", async ({ page, server }) => {
  await signIn(page, server, "/revenue/checks");
  await expect(page.getByText("Not checked so far")).toBeVisible();
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(page.getByText("All of it adds up")).toBeVisible();
  await expect(page.getByText(/^Checked (just now|\d+ s ago)/)).toBeVisible();
  const identities = page.getByRole("list").filter({ hasText: "The parts of every share add up" }).getByRole("listitem");
  await expect(identities).toHaveCount(10);
  await expect(identities.filter({ hasText: "Holds" })).toHaveCount(10);
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await signIn(page, server, "/revenue/checks", "analyst");
  await expect(page.getByText("All of it adds up")).toBeVisible();
  await expect(page.getByRole("button", { name: "Check now" })).toHaveAttribute("aria-disabled", "true");
});
