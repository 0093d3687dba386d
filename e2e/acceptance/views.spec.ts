// A list as somebody likes it: columns, height of rows, and saved views, one's own and shared ones.
import { type Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { expect, signIn, test } from "../support/test.ts";

test.beforeAll(async ({ server }) => {
  for (const [name, priority, tags] of [
    ["Vera Viewed", "vip", ["viewed", "beta"]],
    ["Victor Viewed", "high", ["viewed"]],
    ["Viola Viewed", "vip", ["viewed"]],
  ] as const) {
    await server.api("/api/customers", "POST", { name, priority, tags });
  }
});

const table = (page: Page) => page.getByRole("table", { name: "Customers" });
const heads = (page: Page) => table(page).getByRole("columnheader").allInnerTexts();
const views = (page: Page) => page.getByRole("navigation", { name: "Saved views" });

async function showColumn(page: Page, ...columns: string[]): Promise<void> {
  await page.getByRole("button", { name: "Display" }).click();
  const panel = page.getByRole("dialog", { name: "Display of customers" });
  for (const column of columns) await panel.getByLabel(column, { exact: true }).click();
  await panel.getByRole("button", { name: "Done" }).click();
  await expect(panel).toBeHidden();
}

async function saveView(page: Page, name: string, shared = false): Promise<void> {
  await page.getByRole("button", { name: /^Save (view|as new)$/ }).click();
  const dialog = page.getByRole("dialog", { name: "Save view" });
  await dialog.getByLabel("Name").fill(name);
  if (shared) await dialog.getByLabel("Share with everybody").check();
  await dialog.getByRole("button", { name: "Save view" }).click();
  await expect(dialog).toBeHidden();
  await expect(views(page).getByRole("link", { name })).toHaveAttribute("aria-current", "page");
}

test("columns and rows are chosen, kept, and part of the address", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=viewed");
  await expect(table(page)).toBeVisible();
  const usual = await heads(page);
  expect(usual).not.toContain("Tags");
  const row = table(page).getByRole("row", { name: /Vera Viewed/ });
  const comfortable = (await row.boundingBox())?.height ?? 0;

  await showColumn(page, "Tags", "Source");
  expect(await heads(page)).toEqual([...usual.filter((head) => head !== "Source"), "Tags"]);
  await expect(row.getByRole("cell", { name: "beta, viewed" })).toBeVisible();
  await expect(page).toHaveURL(/cols=lifecycle,plan,known_since,mrr,ltv,tags/);
  await page.getByRole("button", { name: "Display" }).click();
  await page.getByRole("button", { name: "Compact" }).click();
  await expect(page).toHaveURL(/density=compact/);
  expect((await row.boundingBox())?.height ?? 0).toBeLessThan(comfortable);
  const link = page.url();

  // Who comes back finds the list so; a link shows it to others.
  await page.goto("/customers?tag=viewed");
  await expect(table(page).getByRole("columnheader", { name: "Tags" })).toBeVisible();
  const other = await page.context().browser()?.newContext();
  const guest = await other?.newPage();
  if (!guest) throw new Error("no second browser");
  try {
    await signIn(guest, server, new URL(link).pathname + new URL(link).search, "viewer");
    await expect(table(guest).getByRole("columnheader", { name: "Tags" })).toBeVisible();
    await expect(table(guest).getByRole("columnheader", { name: "Source" })).toBeHidden();
  } finally {
    await other?.close();
  }

  await page.getByRole("button", { name: "Display" }).click();
  await page.getByRole("button", { name: "Usual display" }).click();
  await expect(page).not.toHaveURL(/cols|density/);
  await page.reload();
  await expect(table(page)).toBeVisible();
  expect(await heads(page)).toEqual(usual);
});

test("a view is saved, marked as modified, saved again, renamed, deleted and brought back", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=viewed");
  await expect(views(page).getByRole("link", { name: "All customers" })).toHaveAttribute("aria-current", "page");
  await showColumn(page, "Priority");
  await saveView(page, "Viewed ones");
  await expect(page).toHaveURL(/view=[0-9a-f-]{36}/);
  const modified = page.getByRole("img", { name: "modified" });
  await expect(modified).toBeHidden();

  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("dialog", { name: "Filter customers" }).getByLabel("Priority").selectOption("VIP");
  await page.keyboard.press("Escape");
  await expect(table(page).getByRole("row")).toHaveCount(3);
  await expect(modified).toBeVisible();
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(modified).toBeHidden();
  await expect(table(page).getByRole("row")).toHaveCount(4);

  await table(page).getByRole("link", { name: "MRR" }).click();
  await expect(modified).toBeVisible();
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(modified).toBeHidden();
  const id = new URL(page.url()).searchParams.get("view");

  // The short link shows all of it: filter, order, columns.
  await page.goto(`/customers?view=${id}`);
  await expect(page).toHaveURL(/tag=viewed.*sort=-mrr|sort=-mrr.*tag=viewed/);
  await expect(table(page).getByRole("columnheader", { name: "Priority" })).toBeVisible();
  await expect(table(page).getByRole("row")).toHaveCount(4);

  await page.getByRole("button", { name: "View options" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  const dialog = page.getByRole("dialog", { name: "Rename view" });
  await dialog.getByLabel("Name").fill("Seen ones");
  await page.keyboard.press("Enter");
  await expect(views(page).getByRole("link", { name: "Seen ones" })).toBeVisible();

  await page.getByRole("button", { name: "View options" }).click();
  await page.getByRole("menuitem", { name: "Delete view" }).click();
  await expect(views(page).getByRole("link", { name: "Seen ones" })).toBeHidden();
  await expect(table(page).getByRole("row")).toHaveCount(4);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(views(page).getByRole("link", { name: "Seen ones" })).toHaveAttribute("aria-current", "page");
});

test("a shared view is seen by others, who cannot change it", async ({ page, server, browser }) => {
  const staff = await signIn(page, server, "/customers?tag=viewed&priority=vip");
  await saveView(page, "Shared VIPs", true);
  const context = await browser.newContext();
  const other = await context.newPage();
  try {
    await signIn(other, server, "/customers", "support");
    const tab = views(other).getByRole("link", { name: "Shared VIPs" });
    await expect(tab).toHaveAttribute("title", `Shared by ${staff.name}`);
    await tab.click();
    await expect(table(other).getByRole("row")).toHaveCount(3);
    await other.getByRole("button", { name: "View options" }).click();
    const rename = other.getByRole("menuitem", { name: "Rename" });
    await expect(rename).toBeDisabled();
    await expect(rename).toHaveAccessibleDescription(new RegExp(`This view is ${staff.name}’s`));
    await other.keyboard.press("Escape");

    // A name that one has already is said at the field.
    await other.getByRole("button", { name: /^Remove filter: Priority/ }).click();
    await saveView(other, "My own");
    await other.getByRole("button", { name: /^Remove filter: Tag/ }).click();
    await other.getByRole("button", { name: "Save as new" }).click();
    const dialog = other.getByRole("dialog", { name: "Save view" });
    await dialog.getByLabel("Name").fill("MY OWN");
    await dialog.getByRole("button", { name: "Save view" }).click();
    await expect(dialog.getByText("There is a view with this name for this list already.")).toBeVisible();
    await expectAccessible(other);
    await other.keyboard.press("Escape");
  } finally {
    await context.close();
  }

  await page.getByRole("button", { name: "View options" }).click();
  await page.getByRole("menuitem", { name: "Stop sharing" }).click();
  await expect(page.getByText("Only you see the view now")).toBeVisible();
});

test("views and display in every look", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=viewed");
  await saveView(page, "A view with a name that is longer than most people would give it", true);
  await page.getByRole("button", { name: /^Remove filter: Tag/ }).click();
  await expect(page.getByRole("img", { name: "modified" })).toBeVisible();
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await page.getByRole("button", { name: "Display" }).click();
  await expectAccessible(page);
});
