// Organizations: one is created, somebody belongs to it and is found by its misspelt name, and gets a coach.
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { type CrmServer } from "../support/server.ts";
import { expect, signIn, test } from "../support/test.ts";

interface Thing {
  id: string;
  version: number;
}

const create = (server: CrmServer, body: object) => server.api<Thing>("/api/customers", "POST", body);
const gym = (server: CrmServer, name: string) => server.api<Thing>("/api/organizations", "POST", { name, kind: "gym" });
const profile = (page: Page) => page.getByRole("region", { name: "Profile" });

test("an organization is created, changed where it stands, archived and brought back", async ({ page, server }) => {
  await signIn(page, server, "/");
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await expect(page.getByRole("heading", { name: "Organizations", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "New organization" }).click();
  const dialog = page.getByRole("dialog", { name: "New organization" });
  await dialog.getByRole("button", { name: "Create organization" }).click();
  await expect(dialog.getByText("Give the organization a name.")).toBeVisible();
  await dialog.getByLabel("Name").fill("Quarry Climbing");
  await dialog.getByLabel("Kind").selectOption("Club");
  await dialog.getByLabel("Website").fill("quarry.example");
  await dialog.getByRole("button", { name: "Create organization" }).click();
  await expect(page.getByRole("heading", { name: "Quarry Climbing", level: 1 })).toBeVisible();
  await expect(page.getByRole("link", { name: "quarry.example" })).toHaveAttribute("href", "https://quarry.example");

  const details = page.getByRole("region", { name: "Details" });
  await details.getByRole("button", { name: "Change status" }).click();
  await details.getByLabel("Status").selectOption("Trial");
  await page.keyboard.press("Enter");
  await expect(details.getByText("Trial")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(details.getByText("Active")).toBeVisible();
  await details.getByRole("button", { name: "Change website" }).click();
  await details.getByLabel("Website").fill("no address");
  await page.keyboard.press("Enter");
  await expect(details.getByText("Use a web address, such as iron-gym.example.")).toBeVisible();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Archive" }).click();
  await expect(page.getByText("Organization archived")).toBeVisible();
  await page.goto(`${server.url}/organizations?q=quarry`);
  await expect(page.getByRole("link", { name: "Quarry Climbing" })).toBeHidden();
  await page.goto(`${server.url}/organizations?q=quarry&archived=true`);
  await page.getByRole("link", { name: "Quarry Climbing" }).click();
  await page.getByRole("link", { name: "Open organization" }).click();
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Organization restored")).toBeVisible();
});

test("somebody belongs to one, and is found by its misspelt name", async ({ page, server }) => {
  const { id } = await create(server, { name: "Mira Member" });
  const { id: organization } = await gym(server, "Thunderbolt Barbell");
  await signIn(page, server, `/customers/${id}`);
  await profile(page).getByRole("button", { name: "Change organization" }).click();
  const field = profile(page).getByRole("combobox", { name: "Organization" });
  await expect(field).toBeFocused();
  await field.fill("thunder bar");
  const option = page.getByRole("option", { name: "Thunderbolt Barbell" });
  await expect(option).toBeVisible();
  await expect(field).toHaveAttribute("aria-expanded", "true");
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(field).toHaveAttribute("aria-expanded", "false");
  await field.fill("barbell");
  await expect(option).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  const link = profile(page).getByRole("link", { name: "Thunderbolt Barbell" });
  await expect(link).toHaveAttribute("href", `/organizations/${organization}`);
  await expect(page.getByText("Customer saved")).toBeVisible();

  await page.goto(`${server.url}/customers?cols=organization`);
  await page.getByRole("searchbox").fill("thundrebolt");
  const row = page.getByRole("row").filter({ hasText: "Mira Member" });
  await expect(row).toContainText("Thunderbolt Barbell");
  await page.goto(`${server.url}/customers?organization=${organization}`);
  await expect(page.getByRole("button", { name: "Organization is Thunderbolt Barbell", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Mira Member" })).toBeVisible();

  // The palette finds it too.
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search, go to or do" }).fill("thunderbolt");
  await page.getByRole("option", { name: /Thunderbolt Barbell/ }).click();
  await expect(page.getByRole("heading", { name: "Thunderbolt Barbell", level: 1 })).toBeVisible();
  await expect(page.getByRole("region", { name: "Customers" }).getByRole("link", { name: "Mira Member" })).toBeVisible();
});

test("a coach is set, changed and ended, and the history stays", async ({ page, server }) => {
  const [first, second, client] = [
    await create(server, { name: "Cora Coach" }),
    await create(server, { name: "Cyrus Coach" }),
    await create(server, { name: "Clara Client" }),
  ];
  await signIn(page, server, `/customers/${client.id}`);
  const coaching = page.getByRole("region", { name: "Coaching" });
  await expect(coaching.getByText("No coach so far.")).toBeVisible();
  const choose = async (name: string) => {
    await profile(page).getByRole("button", { name: "Change coach" }).click();
    await profile(page).getByRole("combobox", { name: "Coach" }).fill(name);
    await page.getByRole("option", { name }).click();
    await expect(profile(page).getByRole("link", { name })).toBeVisible();
  };
  await choose("Cora Coach");
  await expect(coaching.getByRole("listitem")).toHaveCount(1);
  await choose("Cyrus Coach");
  await expect(coaching.getByRole("listitem")).toHaveCount(2);
  await expect(coaching.getByRole("listitem").nth(1)).toContainText("Replaced");
  await expect(coaching.getByRole("listitem").nth(1)).toContainText("Cora Coach");

  await coaching.getByRole("button", { name: "Pause" }).click();
  await expect(coaching.getByText("Paused")).toBeVisible();
  await coaching.getByRole("button", { name: "End coaching" }).click();
  const dialog = page.getByRole("dialog", { name: "End coaching" });
  await dialog.getByLabel("Reason").fill("Moved away");
  await dialog.getByRole("button", { name: "End coaching" }).click();
  await expect(coaching.getByText("Moved away")).toBeVisible();
  await expect(profile(page).getByRole("link", { name: "Cyrus Coach" })).toBeHidden();

  await choose("Cora Coach");
  await page.goto(`${server.url}/customers/${first.id}`);
  await expect(page.getByRole("region", { name: "Clients" }).getByRole("link", { name: "Clara Client" })).toBeVisible();
  await page.goto(`${server.url}/customers/${second.id}`);
  await expect(profile(page)).toContainText("Cyrus Coach");
  await expect(page.getByRole("region", { name: "Clients" })).toBeHidden();
});

test("nobody is offered as their own coach, and what is not chosen is not lost silently", async ({ page, server }) => {
  const { id } = await create(server, { name: "Selma Selfmade" });
  await create(server, { name: "Selma Selftaught" });
  await signIn(page, server, `/customers/${id}`);
  await profile(page).getByRole("button", { name: "Change coach" }).click();
  const coach = profile(page).getByRole("combobox", { name: "Coach" });
  await coach.fill("selma self");
  await expect(page.getByRole("option", { name: "Selma Selftaught" })).toBeVisible();
  await expect(page.getByRole("option", { name: "Selma Selfmade" })).toHaveCount(0);
  await profile(page).getByRole("button", { name: "Save" }).click();
  await expect(profile(page)).toContainText("“selma self” was not taken. Choose from the list that opens while you type.");
  await expect(coach).toHaveValue("selma self");
  await inEveryLook(page, () => expectAccessible(page));
  await coach.fill("selma self");
  await page.getByRole("option", { name: "Selma Selftaught" }).click();
  await expect(profile(page).getByRole("link", { name: "Selma Selftaught" })).toBeVisible();

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Edit customer" });
  await dialog.getByLabel("Organization").fill("No Such Gym");
  await dialog.getByLabel("Name", { exact: true }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("“No Such Gym” was not taken.")).toBeVisible();
  await dialog.getByLabel("Organization").fill("");
  await dialog.getByLabel("Phone").fill("+41 44");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(profile(page).getByRole("link", { name: "Selma Selftaught" })).toBeVisible();

  // Who coaches and is archived leaves nobody with a coach who is gone.
  const found = await server.api<{ items: { id: string }[] }>("/api/customers?q=selftaught");
  await server.api(`/api/customers/${found.items[0]?.id}`, "DELETE");
  await page.reload();
  await expect(page.getByRole("region", { name: "Coaching" })).toContainText("Archived");
  await expect(profile(page).getByRole("link", { name: "Selma Selftaught" })).toHaveCount(0);
});

test("coaches have a list of their own", async ({ page, server }) => {
  const { id: of } = await gym(server, "Listed Gym");
  const { id: coach } = await create(server, { name: "Lisa Listed", organization_id: of });
  await create(server, { name: "Cleo Listed", coach_id: coach });
  await signIn(page, server, "/");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Coaches" }).click();
  await expect(page.getByRole("heading", { name: "Coaches", level: 1 })).toBeVisible();
  await page.getByRole("searchbox").fill("lisa listed");
  const row = page.getByRole("table", { name: "Coaches" }).getByRole("row", { name: /Lisa Listed/ });
  await expect(row).toContainText("Listed Gym");
  await expect(row.getByRole("cell").nth(2)).toHaveText("1");
  await expect(page.getByText("1 coach", { exact: true })).toBeVisible();
  await row.getByRole("link", { name: "Lisa Listed" }).click();
  await page.getByRole("link", { name: "Open coach" }).click();
  await expect(page.getByRole("heading", { name: "Lisa Listed", level: 1 })).toBeVisible();
  await expect(page.getByRole("region", { name: "Clients", exact: true }).getByRole("link", { name: "Cleo Listed" })).toBeVisible();
});

test("a new customer with organization and coach, from the form", async ({ page, server }) => {
  await gym(server, "Formhouse Gym");
  await create(server, { name: "Fiona Formcoach" });
  await signIn(page, server, "/customers");
  await page.getByRole("button", { name: "New customer" }).click();
  const dialog = page.getByRole("dialog", { name: "New customer" });
  await dialog.getByLabel("Name", { exact: true }).fill("Fred Form");
  await dialog.getByLabel("Organization").fill("formh");
  await expect(page.getByRole("option", { name: "Formhouse Gym" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("Organization")).toHaveValue("Formhouse Gym");
  // Whoever is faster than the server gets what they typed, not what stood there before.
  await dialog.getByLabel("Coach").pressSequentially("fiona formcoach");
  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("Coach")).toHaveValue("Fiona Formcoach");
  await dialog.getByRole("button", { name: "Create customer" }).click();
  await expect(page.getByRole("heading", { name: "Fred Form", level: 1 })).toBeVisible();
  await expect(profile(page).getByRole("link", { name: "Formhouse Gym" })).toBeVisible();
  await expect(profile(page).getByRole("link", { name: "Fiona Formcoach" })).toBeVisible();
});

test("a viewer sees them and why nothing can be changed", async ({ page, server }) => {
  const { id } = await gym(server, "Looking Glass Gym");
  const { id: coach } = await create(server, { name: "Lou Look", organization_id: id });
  await create(server, { name: "Leo Look", organization_id: id, coach_id: coach });
  await signIn(page, server, "/organizations", "viewer");
  const button = page.getByRole("button", { name: "New organization" });
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleDescription(/role|owner|admin/i);
  await page.getByRole("link", { name: "Looking Glass Gym" }).click();
  await page.getByRole("link", { name: "Open organization" }).click();
  await expect(page.getByRole("heading", { name: "Looking Glass Gym", level: 1 })).toBeVisible();
  await expect(page.getByRole("region", { name: "Coaches" }).getByRole("link", { name: "Lou Look" })).toBeVisible();
  await expect(page.getByText("1 coach, 1 client")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Change/ })).toHaveCount(0);
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await page.goto(`${server.url}/organizations`);
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
});
