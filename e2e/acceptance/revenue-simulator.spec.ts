// The simulator shows what months would have come to under other rules, changes nothing, and what it tried out is published.
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { coached, type Thing } from "../support/revenue.ts";
import { column, listTotal, minor, sumOf } from "../support/rows.ts";
import { expect, signIn, test } from "../support/test.ts";

// It compares all of the ledger.
test.use({ business: "simulator" });

interface List {
  items: { coach_share_amount: { minor: number } }[];
}

const thisMonth = new Date().toISOString().slice(0, 7);

test("a rule is tried out, differences add up, and nothing changes until it is published", async ({ page, server }) => {
  const gym = await server.api<Thing>("/api/organizations", "POST", { name: "Simulated Gym", kind: "gym" });
  const coaches = [];
  for (const name of ["Sam Coach", "Sue Coach"]) coaches.push(await server.api<Thing>("/api/customers", "POST", { name }));
  const [sam, sue] = coaches;
  if (!sam || !sue) throw new Error("two coaches");
  await server.api("/api/revenue/share-rules", "POST", { coach_bp: 3_000, organization_bp: 1_000, starts_at: "2026-01-01T00:00:00Z" });
  for (const [client, coach] of [["Sia Client", sam], ["Sid Client", sam], ["Sol Client", sue]] as const) {
    await coached(server, client, gym.id, coach.id);
  }
  const ledger = () => server.api<List>("/api/revenue/shares?limit=200");
  await expect.poll(async () => (await ledger()).items.length).toBe(3);
  const before = JSON.stringify(await ledger());

  await signIn(page, server, "/revenue/simulator");
  await expect(page.getByLabel("Coach gets, in %")).toHaveValue("30");
  await page.getByLabel("First month").fill(thisMonth);
  await page.getByLabel("Last month").fill(thisMonth);
  await page.getByLabel("Coach gets, in %").fill("80");
  await page.getByLabel("Organization gets, in %").fill("30");
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await expect(page.getByText("cannot get more than 100 %")).toBeVisible();
  await page.getByLabel("Coach gets, in %").fill("40");
  await page.getByLabel("Organization gets, in %").fill("5");
  await page.getByRole("button", { name: "Add rule" }).click();
  const second = page.getByRole("group", { name: "Rule 2" });
  // Two for the same: no field is wrong, so the form says it.
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await expect(page.getByText("Another of these rules is for the same: propose one for each.")).toBeVisible();
  await second.getByLabel("For").selectOption("relationship");
  await second.getByLabel("Client").fill("Sol");
  await second.getByRole("option", { name: /Sol Client/ }).click();
  await second.getByLabel("Coach gets, in %").fill("10");
  await page.getByRole("button", { name: "Simulate", exact: true }).click();

  await expect.poll(() => column(page, "Differences by coach", "Difference")).toEqual(["+$4.00", "−$4.00"]);
  expect(await column(page, "Differences by coach", "By these")).toEqual(["$16.00", "$2.00"]);
  const totals = "What it comes to in USD";
  expect(await column(page, totals, "Difference")).toEqual(["$0.00", "−$4.00", "+$4.00", "$0.00", "$0.00"]);
  expect(await sumOf(page, "Differences by coach", "By the rules that hold")).toBe(minor((await column(page, totals, "By the rules that hold"))[0] ?? ""));
  await page.getByRole("columnheader", { name: "Difference" }).getByRole("link").click();
  await expect.poll(() => column(page, "Differences by coach", "Difference")).toEqual(["−$4.00", "+$4.00"]);
  await page.getByRole("navigation", { name: "Of whom" }).getByRole("link", { name: "Organizations" }).click();
  await expect.poll(() => column(page, "Differences by organization", "Difference")).toEqual(["−$4.00"]);
  await page.getByRole("navigation", { name: "Of whom" }).getByRole("link", { name: "Coaches" }).click();
  await inEveryLook(page, async () => {
    // At its end: a button that lies half behind the bar at the foot of a phone counts as smaller than it is.
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  // The address is the simulation.
  await page.reload();
  await expect(page.getByRole("group", { name: "Rule 1" }).getByLabel("Coach gets, in %")).toHaveValue("40");
  await expect(second.getByLabel("Client")).toHaveValue("Sol Client");
  expect(JSON.stringify(await ledger()), "a simulation changes nothing").toBe(before);

  await page.getByRole("table", { name: "Differences by coach" }).getByRole("link", { name: "Sam Coach" }).click();
  await expect.poll(async () => (await listTotal(page)).sums.map(minor)).toEqual([1_200]);
  await page.goBack();

  await page.getByRole("button", { name: "Publish these rules" }).click();
  const dialog = page.getByRole("dialog", { name: "Publish these rules" });
  await expect(dialog.getByRole("listitem")).toHaveText([
    "Everybody: coach 40%, organization 5%, of all that was paid",
    "Sue Coach coaching Sol Client: coach 10%, organization 0%, of all that was paid",
  ]);
  await dialog.getByLabel("From").fill("2026-01-02T00:00");
  await dialog.getByRole("button", { name: "Publish rules" }).click();
  await expect(page.getByText("2 rules published")).toBeVisible();
  await page.goto(`${server.url}/revenue/shares?coach=${sam.id}`);
  await expect.poll(async () => (await listTotal(page)).sums.map(minor)).toEqual([1_600]);
  await page.goto(`${server.url}/revenue/shares?coach=${sue.id}`);
  await expect.poll(async () => (await listTotal(page)).sums.map(minor)).toEqual([200]);
});

test("an analyst may simulate and not publish", async ({ page, server }) => {
  await signIn(page, server, "/revenue/simulator", "analyst");
  await page.getByLabel("Coach gets, in %").fill("1");
  await page.getByLabel("First month").fill("2020-01");
  await page.getByLabel("Last month").fill("2020-01");
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await expect(page.getByText("Nothing of what moved in these months is shared")).toBeVisible();
  await expect(page.getByRole("button", { name: "Publish these rules" })).toHaveAttribute("aria-disabled", "true");
});
