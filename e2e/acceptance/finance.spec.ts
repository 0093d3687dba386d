// The finance dashboard: its figures are the API's, and lead to rows that add up to them.
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { dollars, percent, tile, value } from "../support/figures.ts";
import { listTotal, minor } from "../support/rows.ts";
import { event, id, invoicePayment } from "../support/stripe.ts";
import { month, monthsAgo, past } from "../support/years.ts";
import { expect, signIn, settled, test } from "../support/test.ts";

// Its figures are checked to the cent, so nobody else may write.
test.use({ business: "finance" });

interface Amount {
  minor: number;
}

interface Payments {
  total: {
    payments: number;
    paid: Amount;
    failed_attempts: number;
    failure_rate: number;
    failed_invoices: number;
    recovered_invoices: number;
    recovery_rate: number;
    refunds: number;
    refunded: Amount;
    refund_rate: number;
  };
}

// The month before this one, in which payments fail and one goes back.
const { from, to } = month(1);
const days = `from=${from}&to=${to}`;

test.beforeAll(async ({ server }) => {
  test.setTimeout(180_000);
  const events = past(14);
  const paid = events.findLast(({ type }) => type === "invoice.paid")?.data.object;
  if (!paid) throw new Error("a past without a payment");
  const at = monthsAgo(1) + 20 * 86_400;
  const refund = { id: id("re"), object: "refund", amount: 900, currency: "usd", charge: null, created: at, status: "succeeded", reason: null };
  events.push(event("invoice_payment.paid", invoicePayment(paid), at));
  events.push(event("refund.created", { ...refund, payment_intent: `pi_${paid.id.slice(3)}` }, at));
  await server.postWebhooks(events);
  await settled(server);
});

test("its figures are the API's", async ({ page, server }) => {
  await signIn(page, server, "/");
  await page.getByRole("navigation", { name: "Dashboards" }).getByRole("link", { name: "Finance" }).click();
  await expect(page).toHaveURL(/\/dashboard\/finance$/);
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Finance" })).toHaveAttribute("aria-current", "page");
  await page.goto(`/dashboard/finance?${days}`);
  const overview = await server.api<{ mrr: { value: Amount }; arr: { value: Amount } }>(`/api/analytics/overview?${days}`);
  expect(await value(page, "MRR")).toBe(dollars(overview.mrr.value.minor));
  expect(await value(page, "ARR")).toBe(dollars(overview.arr.value.minor));
  const { total } = await server.api<Payments>(`/api/analytics/payments?${days}`);
  expect([total.failed_invoices, total.recovered_invoices, total.refunds]).toEqual([2, 1, 1]);
  await expect(tile(page, "Paid").locator(".stat__value")).toHaveText(dollars(total.paid.minor));
  expect(await value(page, "Payment failure")).toBe(percent(total.failure_rate));
  expect(await value(page, "Recovery")).toBe(percent(total.recovery_rate));
  expect(await value(page, "Refunded")).toBe("$9");
  expect(await value(page, "Refund rate")).toBe(percent(total.refund_rate));
  for (const card of ["MRR over time", "MRR movement", "Cohorts", "Payment failures and recovery", "Refunds and disputes", "MRR forecast"]) {
    await expect(page.getByRole("region", { name: card, exact: true })).toBeVisible();
  }
});

test("tiles lead to rows that add up to them", async ({ page, server }) => {
  await signIn(page, server, `/dashboard/finance?${days}`);
  const overview = await server.api<{ mrr: { value: Amount } }>(`/api/analytics/overview?${days}`);
  const { total } = await server.api<Payments>(`/api/analytics/payments?${days}`);

  await value(page, "MRR");
  await tile(page, "MRR").getByRole("link", { name: "MRR", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Subscriptions", level: 1 })).toBeVisible();
  expect((await listTotal(page)).sums.map(minor)).toEqual([overview.mrr.value.minor]);
  await page.goBack();

  for (const [name, rows, sum] of [
    ["Paid", total.payments, total.paid.minor],
    ["Payment failure", total.failed_attempts, null],
    ["Refunded", total.refunds, total.refunded.minor],
  ] as const) {
    await value(page, name);
    await tile(page, name).getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("heading", { name: "Transactions", level: 1 })).toBeVisible();
    const listed = await listTotal(page);
    expect(listed.count, name).toBe(rows);
    if (sum !== null) expect(listed.sums.map(minor), name).toEqual([sum]);
    await page.goBack();
  }
});

test("the period is in the address, and MRR stands by stream or tier", async ({ page, server }) => {
  await signIn(page, server, `/dashboard/finance?${days}`);
  const card = page.getByRole("region", { name: "MRR over time" });
  await card.getByRole("link", { name: "By tier", exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`${days}&group=tier`));
  await expect(card.getByRole("listitem").filter({ hasText: "Standard" })).toBeVisible();
  await page.getByRole("navigation", { name: "Dashboards" }).getByRole("link", { name: "Executive" }).click();
  await expect(page).toHaveURL(`/?${days}`);
  await page.goBack();
  await expect(card.getByRole("link", { name: "By tier", exact: true })).toHaveAttribute("aria-current", "true");
  const failures = page.getByRole("region", { name: "Payment failures and recovery" });
  await failures.getByText("Show as table").click();
  await expect(failures.getByRole("row", { name: /^Together/ }).getByRole("cell").first()).toHaveText("2");
});

test("good in every look", async ({ page, server }) => {
  test.setTimeout(120_000);
  await signIn(page, server, "/dashboard/finance");
  await inEveryLook(page, async () => {
    await expect(page.locator(".skel")).toHaveCount(0);
    await expect(page.getByText("could not be loaded")).toHaveCount(0);
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
});
