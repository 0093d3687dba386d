// Revenue shares: a rule is published, a client's payment is shared and refunded, and the figures lead to their rows.
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { column, listTotal, minor } from "../support/rows.ts";
import { coached, type Thing } from "../support/revenue.ts";
import { event, id } from "../support/stripe.ts";
import { expect, signIn, settled, test } from "../support/test.ts";

// It adds up all shares.
test.use({ business: "revenue" });

async function publish(page: Page, fill: (dialog: ReturnType<Page["getByRole"]>) => Promise<void>) {
  await page.getByRole("button", { name: "New rule" }).click();
  const dialog = page.getByRole("dialog", { name: "New rule" });
  await fill(dialog);
  await dialog.getByRole("button", { name: "Publish rule" }).click();
  await expect(dialog).toBeHidden();
}

test("a payment is shared by the rule that holds, and a refund takes it back", async ({ page, server }) => {
  const gym = await server.api<Thing>("/api/organizations", "POST", { name: "Anvil Gym", kind: "gym" });
  const coach = await server.api<Thing>("/api/customers", "POST", { name: "Cora Coach" });
  await signIn(page, server, "/");
  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await expect(page.getByText("Nothing has been shared so far")).toBeVisible();
  const paid = await coached(server, "Clara Client", gym.id, coach.id);

  await page.getByRole("link", { name: "Rules", exact: true }).click();
  await page.getByRole("button", { name: "New rule" }).click();
  const dialog = page.getByRole("dialog", { name: "New rule" });
  await dialog.getByLabel("Coach gets, in %").fill("a third");
  await dialog.getByRole("button", { name: "Publish rule" }).click();
  await expect(dialog.getByText("Write a part of 100, such as 30 or 12.5.")).toBeVisible();
  await dialog.getByLabel("Coach gets, in %").fill("70");
  await dialog.getByLabel("Organization gets, in %").fill("30.5");
  await dialog.getByRole("button", { name: "Publish rule" }).click();
  await expect(dialog.getByText("cannot get more than 100 %")).toBeVisible();
  await dialog.getByLabel("Coach gets, in %").fill("30");
  await dialog.getByLabel("Organization gets, in %").fill("10");
  await dialog.getByLabel("From").fill("2026-01-01T00:00");
  await dialog.getByRole("button", { name: "Publish rule" }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => column(page, "Rules", "State")).toEqual(["Holds"]);

  await page.getByRole("link", { name: "Shares", exact: true }).click();
  await expect.poll(() => column(page, "Shares", "Platform")).toEqual(["$11.99"]);
  expect(await column(page, "Shares", "Coach gets")).toEqual(["$6.0030%"]);
  expect(await column(page, "Shares", "Organization gets")).toEqual(["$2.0010%"]);

  const refund = { id: id("re"), object: "refund", amount: 1_999, currency: "usd", charge: null, created: Math.floor(Date.now() / 1000) };
  const intent = `pi_${paid.id.slice(3)}`;
  await server.postWebhooks([event("refund.created", { ...refund, payment_intent: intent, status: "succeeded", reason: null })]);
  await settled(server);
  await page.reload();
  await expect.poll(async () => (await listTotal(page)).count).toBe(2);
  await expect.poll(() => column(page, "Shares", "Kind")).toEqual(["Refund", "Payment"]);
  await expect.poll(async () => (await listTotal(page)).sums.map(minor)).toEqual([0]);

  await page.getByRole("link", { name: "Months", exact: true }).click();
  await expect.poll(() => column(page, "Shared revenue by month", "Coaches")).toEqual(["$0.00"]);
  await page.getByRole("table").getByRole("link").first().click();
  await expect.poll(async () => (await listTotal(page)).count).toBe(2);
});

test("another rule for one gym takes over, and ends", async ({ page, server }) => {
  const gym = await server.api<Thing>("/api/organizations", "POST", { name: "Bellows Boxing", kind: "gym" });
  const coach = await server.api<Thing>("/api/customers", "POST", { name: "Conrad Coach" });
  await coached(server, "Cyrus Client", gym.id, coach.id);
  await signIn(page, server, "/revenue/rules");
  await publish(page, async (dialog) => {
    await dialog.getByLabel("Only for those coached at").fill("bellows");
    await dialog.getByRole("option", { name: /Bellows Boxing/ }).click();
    await dialog.getByLabel("Coach gets, in %").fill("50");
    await dialog.getByLabel("From").fill("2026-01-01T00:00");
  });
  await page.goto(`${server.url}/revenue/shares?coach=${coach.id}`);
  // It may have been shared by the rule for all before, which is taken back then.
  await expect.poll(() => column(page, "Shares", "Coach gets")).toContain("$10.0050%");
  await expect.poll(async () => (await listTotal(page)).sums.map(minor)).toEqual([1_000]);

  await page.goto(`${server.url}/revenue/rules`);
  await page.getByRole("table").getByRole("link", { name: "Bellows Boxing" }).click();
  const preview = page.getByRole("complementary", { name: "Bellows Boxing, preview" });
  await preview.getByRole("button", { name: "End rule now" }).click();
  await expect(preview.getByText("Over")).toBeVisible();
});

test("a month is closed into statements, one is approved and paid, and what goes back later is carried", async ({ page, server }) => {
  const gym = await server.api<Thing>("/api/organizations", "POST", { name: "Crucible Club", kind: "club" });
  const coach = await server.api<Thing>("/api/customers", "POST", { name: "Carl Coach" });
  const now = new Date();
  const lastMonth = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 20) / 1000;
  const paid = await coached(server, "Chloe Client", gym.id, coach.id, lastMonth);
  await server.api("/api/revenue/share-rules", "POST", {
    organization_id: gym.id,
    coach_bp: 2_000,
    organization_bp: 500,
    starts_at: "2026-01-01T00:00:00Z",
  });
  await signIn(page, server, "/revenue/months");
  const month = new Date(lastMonth * 1000).toLocaleString("en-US", { month: "long", year: "numeric", timeZone: "UTC" });
  await page.getByRole("button", { name: /^Close / }).click();
  const dialog = page.getByRole("dialog", { name: /^Close / });
  await dialog.getByRole("button", { name: "Close month" }).click();
  await expect(page.getByText("Month closed: 2 statements, 2 of them to pay")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Close / })).toBeHidden();

  await page.getByRole("link", { name: "Statements", exact: true }).click();
  await page.getByRole("table").getByRole("link", { name: "Carl Coach" }).click();
  await page.getByRole("link", { name: "Open full page" }).last().click();
  await expect(page.getByRole("heading", { name: new RegExp(`^Carl Coach, ${month.slice(0, 3)}`), level: 1 })).toBeVisible();
  await expect(page.getByRole("definition").filter({ hasText: "$4.00" }).first()).toBeVisible();
  await expect(page.getByRole("table", { name: "Shares of the statement" })).toContainText("$4.0020%");
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("button", { name: "Take approval back" }).click();
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByRole("button", { name: "Mark as paid" }).click();
  const pay = page.getByRole("dialog", { name: "Mark as paid" });
  await pay.getByLabel("Reference").fill("SEPA 17");
  await pay.getByRole("button", { name: "Mark as paid" }).click();
  await expect(page.getByText("SEPA 17")).toBeVisible();
  await expect(page.getByText("Paid", { exact: true }).first()).toBeVisible();

  const refund = { id: id("re"), object: "refund", amount: 1_999, currency: "usd", charge: null, created: lastMonth + 86_400 };
  const intent = `pi_${paid.id.slice(3)}`;
  await server.postWebhooks([event("refund.created", { ...refund, payment_intent: intent, status: "succeeded", reason: null })]);
  await settled(server);
  await page.goto(`${server.url}/revenue/statements?coach=${coach.id}`);
  await expect.poll(() => column(page, "Statements", "State")).toEqual(["Month open", "Paid"]);
  expect(await column(page, "Statements", "Went back")).toEqual(["−$4.00", "$0.00"]);
  expect(await column(page, "Statements", "Forward")).toEqual(["−$4.00", "$0.00"]);

  // What is left of the month, the gym's, is settled in two steps from the list.
  await page.goto(`${server.url}/revenue/statements?organization=${gym.id}&status=paid`);
  await page.getByRole("button", { name: /^Approve / }).click();
  await page.getByRole("dialog", { name: /^Approve / }).getByRole("button", { name: "Approve all" }).click();
  await expect(page.getByText("Approved: 1 statement, $1.00")).toBeVisible();
  await page.getByRole("button", { name: /^Mark .+ as paid$/ }).click();
  const settle = page.getByRole("dialog", { name: /^Mark .+ as paid$/ });
  await settle.getByLabel("Reference").fill("SEPA 18");
  await settle.getByRole("button", { name: "Mark all as paid" }).click();
  await expect(page.getByText("Marked as paid: 1 statement, $1.00")).toBeVisible();
  await expect.poll(() => column(page, "Statements", "State")).toEqual(["Paid"]);
  await expect(page.getByRole("button", { name: /^Mark .+ as paid$/ })).toBeHidden();
});

test("an analyst may look and not decide", async ({ page, server }) => {
  await signIn(page, server, "/revenue/rules", "analyst");
  await expect(page.getByRole("button", { name: "New rule" })).toHaveAttribute("aria-disabled", "true");
  for (const path of ["/revenue/months", "/revenue/statements", "/revenue/shares", "/revenue/rules", "/revenue/terms", "/revenue/checks"]) {
    await page.goto(server.url + path);
    await expect(page.getByRole("heading", { name: "Revenue shares", level: 1 })).toBeVisible();
    await inEveryLook(page, async () => {
      await expectAccessible(page);
      await expectNoOverflow(page);
    });
  }
});
