// Analytics: figures are the API's, what they are made of adds up, and all of it is read without a mouse.
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { dollars, percent, row, tile, value } from "../support/figures.ts";
import { listTotal, minor } from "../support/rows.ts";
import { past } from "../support/years.ts";
import { expect, signIn, settled, test } from "../support/test.ts";

// Its figures are checked to the cent, so nobody else may write.
test.use({ business: "analytics" });

interface Amount {
  minor: number;
}

interface Figures {
  churned_customers: number;
  customer_churn_rate: number | null;
  gross_mrr_churn_rate: number | null;
  nrr: number | null;
  grr: number | null;
  quick_ratio: number | null;
}

interface Cohort {
  month: string;
  size: number;
  cells: { k: number; customers: number; customer_retention: number | null; complete: boolean }[];
}

// What a page shows whose address names no days: the month of the newest day and the eleven before it.
let days = "";

test.beforeAll(async ({ server }) => {
  test.setTimeout(180_000);
  await server.postWebhooks(past(14));
  await settled(server);
  const { newest_day: to } = await server.api<{ newest_day: string }>("/api/analytics/overview");
  const newest = new Date(to);
  const from = new Date(Date.UTC(newest.getUTCFullYear(), newest.getUTCMonth() - 11, 1));
  days = `from=${from.toISOString().slice(0, 10)}&to=${to}`;
});

test("retention shows the API's figures, and churn leads to who left", async ({ page, server }) => {
  await signIn(page, server, "/");
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await expect(page).toHaveURL(/\/analytics\/retention$/);
  const { total } = await server.api<{ total: Figures }>(`/api/analytics/churn?${days}&interval=month`);
  expect(total.churned_customers).toBeGreaterThan(0);
  expect(await value(page, "NRR")).toBe(percent(total.nrr));
  expect(await value(page, "GRR")).toBe(percent(total.grr));
  expect(await value(page, "Customer churn")).toBe(percent(total.customer_churn_rate));
  expect(await value(page, "Gross MRR churn")).toBe(percent(total.gross_mrr_churn_rate));
  expect(await value(page, "Quick ratio")).toBe((total.quick_ratio ?? 0).toFixed(2));
  const ltv = await server.api<{ total: { ltv: Amount } }>(`/api/analytics/ltv?${days}&interval=month`);
  await expect(tile(page, "LTV").locator(".stat__value")).toHaveText(dollars(ltv.total.ltv.minor));
  const trials = await server.api<{ total: { rate: number } }>(`/api/analytics/trials?${days}&interval=month`);
  await expect(tile(page, "Trial conversion").locator(".stat__value")).toHaveText(percent(trials.total.rate));

  await page.getByRole("button", { name: "How NRR is computed" }).click();
  await expect(page.getByText("MRR at the end of those who paid when the period began / their MRR then.")).toBeVisible();
  await page.keyboard.press("Escape");

  await test.step("the chart is chosen in the address and read by keys", async () => {
    await page.getByRole("link", { name: "Churn", exact: true }).click();
    await expect(page).toHaveURL(/chart=churn/);
    const chart = page.getByRole("region", { name: "Over time" });
    await expect(chart.getByRole("img", { name: /^Churn from .* Customer churn: from/ })).toBeVisible();
    await chart.getByRole("link", { name: /^Churn: read the points/ }).focus();
    await page.keyboard.press("Home");
    await expect(chart.getByRole("link", { name: /Customer churn .*%.*Enter opens the rows/ })).toBeFocused();
    await chart.getByText("Show as table").click();
    await expect(chart.getByRole("columnheader", { name: "Gross MRR churn" })).toBeVisible();
  });

  await test.step("who left", async () => {
    await tile(page, "Customer churn").getByRole("link", { name: "Customer churn" }).click();
    await expect(page.getByRole("heading", { name: "MRR movements", level: 1 })).toBeVisible();
    expect((await listTotal(page)).count).toBe(total.churned_customers);
  });
});

test("the cohorts are read by keys, and a size leads to those who began", async ({ page, server }) => {
  const { cohorts } = await server.api<{ cohorts: Cohort[] }>(`/api/analytics/cohorts?${days}`);
  const shown = cohorts.filter((cohort) => cohort.size > 0);
  await signIn(page, server, "/analytics/retention");
  const card = page.getByRole("region", { name: "Cohorts" });
  const rows = card.getByRole("table").getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(rows).toHaveCount(shown.length);

  const [oldest] = shown;
  if (!oldest) throw new Error("no cohorts");
  const reading = card.locator(".cohort-read");
  // One stop for Tab, whatever the number of cells; arrows do the rest.
  expect(await card.locator("td [tabindex='0']").count()).toBe(1);
  await card.locator("td [tabindex='0']").focus();
  await expect(reading).toContainText(`month 0: 100%, ${oldest.size} of ${oldest.size} customers`);
  await page.keyboard.press("ArrowRight");
  const next = oldest.cells[1];
  await expect(reading).toContainText(`month 1: ${percent(next?.customer_retention ?? null)}, ${next?.customers} of ${oldest.size} customers`);
  await page.keyboard.press("End");
  await expect(reading).toContainText("month in progress");
  await page.keyboard.press("PageDown");
  await expect(reading).toContainText("month 0");

  await card.getByRole("link", { name: "MRR", exact: true }).click();
  await expect(page).toHaveURL(/measure=mrr/);
  await expect(card.getByRole("columnheader", { name: "MRR" })).toBeVisible();
  await card.getByRole("link", { name: "Customers", exact: true }).click();
  await card.getByRole("link", { name: "Tier", exact: true }).click();
  const which = card.getByLabel("Which cohorts");
  await which.focus();
  await which.selectOption("rev2_coaching");
  await expect(page).toHaveURL(/of=rev2_coaching/);
  await expect(which).toBeFocused();
  await expect(rows.first().getByRole("cell").first()).toHaveText("1");
  const link = page.url();
  await page.goto("/");
  await page.goto(link);
  await expect(card.getByLabel("Which cohorts")).toHaveValue("rev2_coaching");

  // Where most came from stands first, and no list of movements is of a source.
  await card.getByRole("link", { name: "Source", exact: true }).click();
  await expect(which).not.toHaveValue("rev2_coaching");
  await expect(which.getByRole("option").first()).toHaveAttribute("value", await which.inputValue());
  await expect(rows.first().getByRole("cell").first().getByRole("link")).toHaveCount(0);

  await card.getByRole("link", { name: "Everybody", exact: true }).click();
  await expect(rows.first().getByRole("link", { name: String(oldest.size), exact: true })).toBeVisible();
  await rows.first().getByRole("link", { name: String(oldest.size), exact: true }).click();
  await expect(page.getByRole("heading", { name: "MRR movements", level: 1 })).toBeVisible();
  expect((await listTotal(page)).count).toBe(oldest.size);
});

test("the bridge adds up, and cells lead to movements that add up to them", async ({ page, server }) => {
  interface Bridge {
    start: Amount;
    end: Amount;
    difference: Amount;
    segments: { key: string; label: string; cells: { movement: string; amount: Amount }[] }[];
  }
  const bridge = await server.api<Bridge>(`/api/analytics/bridge?${days}&group_by=tier`);
  await signIn(page, server, "/analytics/movements");
  const card = page.getByRole("region", { name: "What explains the change" });
  await card.getByRole("link", { name: "By tier" }).click();
  await expect(page).toHaveURL(/group=tier/);
  const movements = ["New", "Reactivation", "Expansion", "Contraction", "Churn"];
  for (const segment of bridge.segments) {
    const [name, start, ...cells] = await row(page, "MRR by segment and movement", segment.label);
    expect(name).toBe(segment.label);
    const end = cells.pop() ?? "";
    const moved = cells.map((text) => (text === "–" ? 0 : minor(text))).reduce((sum, amount) => sum + amount, 0);
    // Whole dollars: each may be off by a half.
    expect(Math.abs(minor(start ?? "") + moved - minor(end))).toBeLessThanOrEqual(movements.length);
  }
  await expect(card).toContainText("difference $0.00.");
  await expect(page.getByRole("region", { name: "Who moved most" }).getByRole("listitem").first()).toBeVisible();

  for (const [segment, movement] of [["Standard", "Churn"], ["Premium", "Expansion"], ["REV 2 Coaching", "New"]] as const) {
    const of = bridge.segments.find(({ label }) => label === segment);
    const expected = of?.cells.find((cell) => cell.movement === movement.toLowerCase())?.amount.minor ?? 0;
    const heads = await card.getByRole("columnheader").allInnerTexts();
    const found = card.getByRole("row").filter({ has: page.getByRole("rowheader", { name: segment, exact: true }) });
    await found.getByRole("cell").nth(heads.indexOf(movement) - 1).getByRole("link").click();
    await expect(page.getByRole("heading", { name: "MRR movements", level: 1 })).toBeVisible();
    expect((await listTotal(page)).sums.map(minor)).toEqual([expected]);
    await page.goBack();
    await expect(card.getByRole("table")).toBeVisible();
  }
});

test("the streams' rows are the API's", async ({ page, server }) => {
  interface Part {
    customers: number;
    mrr: Amount;
    start_customers: number;
    churned_customers: number;
    customer_churn_rate: number | null;
    nrr: number | null;
  }
  interface Streams {
    rev1: { total: Part; uncoached: Part };
    rev2: { total: Part };
    ecosystem: { mrr: Amount; arr: Amount };
  }
  const streams = await server.api<Streams>(`/api/analytics/streams?${days}`);
  await signIn(page, server, "/analytics/streams");
  const cells = await row(page, "REV 1: individuals", "All individuals");
  const { total } = streams.rev1;
  expect([cells[1], cells[2], cells[6], cells[7]]).toEqual([
    String(total.customers),
    dollars(total.mrr.minor),
    percent(total.customer_churn_rate),
    percent(total.nrr),
  ]);
  expect((await row(page, "REV 1: individuals", "Not coached"))[1]).toBe(String(streams.rev1.uncoached.customers));
  expect((await row(page, "REV 2: coaches", "Coaching software MRR"))[1]).toBe(dollars(streams.rev2.total.mrr.minor));
  expect((await row(page, "All streams", "ARR"))[1]).toBe(dollars(streams.ecosystem.arr.minor));

  await page.getByRole("region", { name: "All streams", exact: true }).getByRole("row", { name: /REV 2/ }).getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Subscriptions", level: 1 })).toBeVisible();
  expect((await listTotal(page)).sums.map(minor)).toEqual([streams.rev2.total.mrr.minor]);
});

test("the forecast shows its interval, its error and its models; of nothing it says why", async ({ page, server }) => {
  interface Forecast {
    until: string;
    known_months: number;
    mrr: Amount;
    history: unknown[];
    months: { expected: Amount; low: Amount; high: Amount }[];
    back_test: { mean_error: number; inside: number; months: unknown[] };
    total: { ltv: Amount; model: { alpha: number; beta: number } };
  }
  const forecast = await server.api<Forecast>("/api/analytics/forecast");
  expect(forecast.known_months).toBe(14);
  await signIn(page, server, "/analytics/forecast");
  const last = forecast.months.at(-1);
  expect(await value(page, "MRR in 12 months")).toBe(dollars(last?.expected.minor ?? 0));
  await expect(tile(page, "MRR in 12 months")).toContainText(`${dollars(last?.low.minor ?? 0)} – ${dollars(last?.high.minor ?? 0)}`);
  expect(await value(page, "Back-test error")).toBe(percent(forecast.back_test.mean_error));
  await expect(tile(page, "Back-test error")).toContainText(`${forecast.back_test.inside} of 6 months within the interval`);
  expect(await value(page, "LTV of a new customer")).toBe(dollars(forecast.total.ltv.minor));
  const everybody = await row(page, "Lifetime value by plan", "Everybody");
  expect([everybody[3], everybody[4]]).toEqual([forecast.total.model.alpha.toFixed(3), forecast.total.model.beta.toFixed(3)]);

  const chart = page.getByRole("region", { name: "MRR forecast" });
  await chart.getByRole("link", { name: /^MRR forecast: read the points/ }).focus();
  await page.keyboard.press("End");
  // What is to come is read, and leads nowhere: it has no rows yet.
  const point = chart.getByRole("img", { name: /^\w+ \d+, \d+: Expected \$.*80% interval \$.* – \$/ });
  await expect(point).toBeFocused();
  await page.keyboard.press("Home");
  await expect(chart.getByRole("link", { name: /MRR \$.*Enter opens the rows/ })).toBeFocused();
  await chart.getByText("Show as table").click();
  const rows = chart.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(rows).toHaveCount(forecast.history.length + 12);
  await rows.nth(forecast.history.length - 1).getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: "Subscriptions", level: 1 })).toBeVisible();
  expect((await listTotal(page)).sums.map(minor)).toEqual([forecast.mrr.minor]);
  await page.goBack();

  await page.getByRole("region", { name: "Lifetime value by plan" }).getByRole("row", { name: /^Standard/ }).getByRole("link").click();
  await expect(page).toHaveURL(/plan=tier2/);
  await expect(page.getByRole("heading", { name: "Who stays: Standard" })).toBeVisible();

  await page.goto("/analytics/forecast?currency=eur");
  await expect(page.getByText("There is no full month of payments yet; a forecast takes at least 6.").first()).toBeVisible();
  await expect(page.getByRole("region", { name: "MRR forecast" }).getByRole("img")).toHaveCount(0);
});

test("one period for all tabs, found in the palette, in whole months", async ({ page, server }) => {
  await signIn(page, server, "/analytics/retention?from=2026-01-10&to=2026-08-20&compare=year");
  await expect(page.getByText("More than 92 days are counted in whole months: Jan 1 – Aug 31, 2026.")).toBeVisible();
  await page.getByRole("navigation", { name: "Analytics" }).getByRole("link", { name: "Movements" }).click();
  await expect(page).toHaveURL("/analytics/movements?from=2026-01-10&to=2026-08-20&compare=year");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("analyt");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/analytics\/retention$/);
});

for (const path of ["retention", "movements?group=tier", "streams", "forecast", "forecast?currency=eur", "retention?from=2001-01-01&to=2001-03-31"]) {
  test(`good in every look: ${path}`, async ({ page, server }) => {
    test.setTimeout(120_000);
    await signIn(page, server, `/analytics/${path}`);
    await inEveryLook(page, async () => {
      await expect(page.locator("h1")).toBeAttached();
      await expect(page.locator(".skel")).toHaveCount(0);
      await expect(page.getByText("could not be loaded")).toHaveCount(0);
      await expectAccessible(page);
      await expectNoOverflow(page);
    });
  });
}
