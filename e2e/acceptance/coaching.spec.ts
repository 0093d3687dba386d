// Coaching: who pays and is coached moves on, a coach's page adds up, many get a coach at once, a portfolio is handed over.
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { listTotal } from "../support/rows.ts";
import { subscriptionLife } from "../support/stripe.ts";
import { type CrmServer } from "../support/server.ts";
import { expect, signIn, settled, test } from "../support/test.ts";

test.use({ business: "coaching" });

interface Thing {
  id: string;
  version: number;
}

interface Money {
  minor: number;
  currency: string;
}

const create = (server: CrmServer, body: object) => server.api<Thing>("/api/customers", "POST", body);

/** Somebody who pays so much a month. */
async function paying(server: CrmServer, name: string, amount: number): Promise<Thing> {
  await server.postWebhooks(subscriptionLife({ name, from: { amount } }).slice(0, 4));
  await settled(server);
  const { items } = await server.api<{ items: Thing[] }>(`/api/customers?q=${encodeURIComponent(name)}`);
  const [found] = items;
  if (!found) throw new Error(`nobody is called ${name}`);
  return found;
}

const profile = (page: Page) => page.getByRole("region", { name: "Profile" });
const clients = (page: Page) => page.getByRole("region", { name: "Clients", exact: true });
const tile = (page: Page, name: string) => page.getByRole("article").filter({ has: page.getByRole("link", { name, exact: true }) });

test("who pays and gets a coach is coached from then on, and the timeline tells it", async ({ page, server }) => {
  const client = await paying(server, "Petra Pays", 1_900);
  await create(server, { name: "Theo Trainer" });
  await signIn(page, server, `/customers/${client.id}`);
  await expect(page.locator(".page-head").getByText("Paying individual")).toBeVisible();
  await profile(page).getByRole("button", { name: "Change coach" }).click();
  await profile(page).getByRole("combobox", { name: "Coach" }).fill("Theo Trainer");
  await page.getByRole("option", { name: "Theo Trainer" }).click();
  await expect(page.locator(".page-head").getByText("Paying, coached")).toBeVisible();
  const timeline = page.getByRole("region", { name: "Timeline" });
  await expect(timeline.getByText("Paying individual to Paying, coached")).toBeVisible();
  await expect(timeline.getByText("Coaching started")).toBeVisible();
  const lifecycle = page.getByRole("region", { name: "Lifecycle" });
  await expect(lifecycle.getByText("Standard to REV 1 Coached")).toBeVisible();
  await page.goto(`${server.url}/customers?lifecycle=rev1_coached`);
  await expect(page.getByRole("table", { name: "Customers" }).getByRole("link", { name: "Petra Pays" })).toBeVisible();

  await page.goto(`${server.url}/customers/${client.id}`);
  const coaching = page.getByRole("region", { name: "Coaching" });
  await expect(coaching.getByText("Nothing of what they pay is shared: no rule holds")).toBeVisible();
  await coaching.getByRole("button", { name: "Pause" }).click();
  await expect(page.locator(".page-head").getByText("Paying individual")).toBeVisible();
  await expect(timeline.getByText("Coaching paused")).toBeVisible();
  await coaching.getByRole("button", { name: "Resume" }).click();
  await expect(page.locator(".page-head").getByText("Paying, coached")).toBeVisible();

  // An end before the beginning is told where it was typed.
  await coaching.getByRole("button", { name: "End coaching" }).click();
  const dialog = page.getByRole("dialog", { name: "End coaching" });
  await dialog.getByLabel("Ended on").fill("2020-01-01T10:00");
  await dialog.getByRole("button", { name: "End coaching" }).click();
  await expect(dialog.getByText("Use a time after the coaching began and not in the future.")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
});

test("a coach’s page adds up, and all clients are handed over", async ({ page, server }) => {
  const coach = await create(server, { name: "Carla Counts" });
  const next = await create(server, { name: "Nadia Next" });
  for (const [name, amount] of [
    ["Ines Sums", 1_900],
    ["Ivan Sums", 2_900],
  ] as const) {
    const client = await paying(server, name, amount);
    await server.api("/api/coaching-relationships", "POST", { coach_id: coach.id, client_id: client.id });
  }
  const free = await create(server, { name: "Ilse Sums", coach_id: coach.id });
  // Nobody coaches their own coach.
  const circle = server.api("/api/coaching-relationships", "POST", { coach_id: free.id, client_id: coach.id });
  await expect(circle).rejects.toThrow(/409.*Nobody coaches their own coach/);

  await signIn(page, server, `/coaches/${coach.id}`);
  await expect(page.getByRole("heading", { name: "Carla Counts", level: 1 })).toBeVisible();
  await expect(tile(page, "Clients").locator(".stat__value")).toHaveText("3");
  await expect(tile(page, "Clients")).toContainText("2 pay");
  await expect(tile(page, "Clients’ MRR")).toContainText("$48.00");
  const rows = clients(page).getByRole("row");
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(1)).toContainText("Ivan Sums");
  await expect(rows.nth(1)).toContainText("Paying, coached");
  await expect(clients(page).getByText("MRR $48.00")).toBeVisible();
  await clients(page).getByRole("link", { name: "By name" }).click();
  await expect(rows.nth(1)).toContainText("Ilse Sums");
  await expect(page).toHaveURL(/clients=name/);
  // The usual order again: an address without anything is that of the page.
  await clients(page).getByRole("link", { name: "By MRR" }).click();
  await expect(page).toHaveURL(new RegExp(`/coaches/${coach.id}\\??$`));
  await expect(rows.nth(1)).toContainText("Ivan Sums");
  await clients(page).getByRole("link", { name: "Paused" }).click();
  await expect(clients(page).getByText("The coaching of no client is paused.")).toBeVisible();
  await clients(page).getByRole("link", { name: "All", exact: true }).click();
  await expect(rows).toHaveCount(4);
  const listed = await server.api<{ sums: Money[]; items: { mrr: Money | null }[] }>(`/api/coaches/${coach.id}/clients?count=exact`);
  expect(listed.sums).toEqual([{ minor: 4_800, currency: "usd" }]);
  expect(listed.items.reduce((sum, { mrr }) => sum + (mrr?.minor ?? 0), 0)).toBe(4_800);
  const months = page.getByRole("table", { name: "Clients by month" });
  await expect(months.getByRole("row").nth(1)).toContainText("$48.00");
  await expect(page.getByRole("region", { name: "Assignments" }).getByRole("listitem")).toHaveCount(3);
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });

  await page.getByRole("button", { name: "Hand over clients" }).click();
  const dialog = page.getByRole("dialog", { name: "Hand over clients" });
  await dialog.getByRole("button", { name: "Hand over clients" }).click();
  await expect(dialog.getByText("Choose the coach who takes over.")).toBeVisible();
  await dialog.getByRole("combobox", { name: "Coach who takes over" }).fill("Nadia Next");
  await page.getByRole("option", { name: "Nadia Next" }).click();
  // What is chosen stays while the coach is read again: a client comes, and goes.
  const later = await create(server, { name: "Ida Later", coach_id: coach.id });
  await expect(dialog.getByText("All 4 clients get")).toBeVisible();
  const { version } = await server.api<Thing>(`/api/customers/${later.id}`);
  await server.api(`/api/customers/${later.id}`, "PATCH", { version, coach_id: null });
  await expect(dialog.getByText("All 3 clients get")).toBeVisible();
  await expect(dialog.getByRole("combobox", { name: "Coach who takes over" })).toHaveValue("Nadia Next");
  await dialog.getByRole("button", { name: "Hand over clients" }).click();
  await expect(page.getByText("3 clients handed over to Nadia Next")).toBeVisible();
  await expect(tile(page, "Clients").locator(".stat__value")).toHaveText("0");
  await expect(page.getByRole("region", { name: "Assignments" }).getByText("Replaced").first()).toBeVisible();
  await page.goto(`${server.url}/coaches/${next.id}`);
  await expect(rows).toHaveCount(4);
  await expect(rows.nth(1)).toContainText("Paying, coached");
});

test("several customers get a coach at once, and theirs back", async ({ page, server }) => {
  const coach = await create(server, { name: "Bela Bulkcoach" });
  for (const n of [1, 2, 3]) await create(server, { name: `Many ${n}`, tags: ["many"] });
  await signIn(page, server, "/customers?tag=many&sort=name&cols=coach");
  const table = page.getByRole("table", { name: "Customers" });
  await table.getByRole("checkbox", { name: "Select all rows of this page" }).check();
  await page.getByRole("button", { name: "Set coach" }).click();
  const dialog = page.getByRole("dialog", { name: "Set coach" });
  await dialog.getByRole("button", { name: "Change 3 customers" }).click();
  await expect(dialog.getByText("Choose a coach from the list.")).toBeVisible();
  await dialog.getByRole("combobox", { name: "Coach" }).fill("Bela Bulk");
  await page.getByRole("option", { name: "Bela Bulkcoach" }).click();
  await dialog.getByRole("button", { name: "Change 3 customers" }).click();
  await expect(table.getByRole("row", { name: /Many/ }).filter({ hasText: "Bela Bulkcoach" })).toHaveCount(3);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(table.getByRole("row", { name: /Many/ }).filter({ hasText: "Bela Bulkcoach" })).toHaveCount(0);
  await page.goto(`${server.url}/coaches/${coach.id}`);
  await expect(page.getByRole("region", { name: "Assignments" }).getByRole("listitem")).toHaveCount(3);
});

test("an organization adds up what its people pay, and the list is sorted by it", async ({ page, server }) => {
  const gym = await server.api<Thing>("/api/organizations", "POST", { name: "Summing Gym", kind: "gym" });
  await server.api("/api/organizations", "POST", { name: "Empty Gym", kind: "gym" });
  const coach = await create(server, { name: "Gwen Gymcoach", organization_id: gym.id });
  for (const [name, amount] of [
    ["Gina Member", 1_900],
    ["Glen Member", 2_900],
  ] as const) {
    const client = await paying(server, name, amount);
    const { version } = await server.api<Thing>(`/api/customers/${client.id}`);
    await server.api(`/api/customers/${client.id}`, "PATCH", { version, organization_id: gym.id, coach_id: coach.id });
  }
  await create(server, { name: "Greta Guest", organization_id: gym.id });
  await signIn(page, server, `/organizations/${gym.id}`);
  await expect(tile(page, "MRR")).toContainText("$48.00");
  await expect(tile(page, "Coaches").locator(".stat__value")).toHaveText("1");
  // A tile leads to as many as it counts: who coaches is no client.
  await tile(page, "Clients").getByRole("link", { name: "Clients", exact: true }).click();
  await expect(page).toHaveURL(/coaches=false/);
  expect((await listTotal(page)).count).toBe(3);
  await page.goBack();
  await expect(tile(page, "Clients who pay")).toContainText("2 of 3");
  const streams = page.getByRole("region", { name: "MRR by stream" });
  await expect(streams).toContainText("Its clients pay");
  await expect(streams).toContainText("$48.00");
  const coaches = page.getByRole("region", { name: "Coaches" });
  await expect(coaches.getByRole("row").nth(1)).toContainText("$48.00");
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await coaches.getByRole("link", { name: "Gwen Gymcoach" }).click();
  await expect(page.getByRole("heading", { name: "Gwen Gymcoach", level: 1 })).toBeVisible();

  await page.goto(`${server.url}/organizations?sort=-mrr`);
  const table = page.getByRole("table", { name: "Organizations" });
  await expect(table.getByRole("row").nth(1)).toContainText("Summing Gym");
  await expect(table.getByRole("row").nth(1)).toContainText("$48.00");
  await table.getByRole("link", { name: "Clients" }).click();
  await expect(page).toHaveURL(/sort=-clients/);
  await expect(table.getByRole("row").nth(1)).toContainText("Summing Gym");
  await expect(table.getByRole("row", { name: /Empty Gym/ })).toBeVisible();
});

test("a viewer sees a coach, and why nobody can be handed over", async ({ page, server }) => {
  const coach = await create(server, { name: "Vera View" });
  await create(server, { name: "Vito View", coach_id: coach.id });
  await signIn(page, server, `/coaches/${coach.id}`, "viewer");
  const button = page.getByRole("button", { name: "Hand over clients" });
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleDescription(/role|owner|admin/i);
  await expect(clients(page).getByRole("link", { name: "Vito View" })).toBeVisible();
  await page.goto(`${server.url}/coaches/019a1b2c-0000-7000-8000-000000000001`);
  await expect(page.getByText(/does not exist/)).toBeVisible();
});
