// The product by keyboard alone. Nothing here touches a mouse.
import type { Locator, Page } from "@playwright/test";
import { subscriptionLife } from "../support/stripe.ts";
import { expect, signIn, test } from "../support/test.ts";

test.beforeAll(async ({ server }) => {
  for (const name of ["Keya Board", "Keyla Board", "Keyon Board"]) {
    await server.postWebhooks(subscriptionLife({ name, from: { amount: 5_000 } }).slice(0, 4));
  }
  await expect.poll(async () => (await server.api<{ pending: number }>("/api/stripe-events/stats")).pending).toBe(0);
});

test("log in, find the shortcuts, go to a list and search it", async ({ page, server }) => {
  const staff = await server.addStaff();
  const { keyboard } = page;
  await page.goto("/");
  await tabTo(page, page.getByLabel("E-mail"));
  await keyboard.type(staff.email);
  await tabTo(page, page.getByLabel("Password"));
  await keyboard.type(staff.password);
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();

  const first = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Customers" });
  await tabTo(page, first);
  await keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(sheet).toBeVisible();
  await expect(sheet).toContainText("Next row");
  await keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(first).toBeFocused();

  await keyboard.press("g");
  await keyboard.press("c");
  await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
  await expect(page.getByRole("table", { name: "Customers" })).toBeVisible();
  await keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await keyboard.type("Keyla");
  const rows = page.getByRole("table", { name: "Customers" }).getByRole("row");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText("Keyla Board");
});

test("walk a list, open a preview, and come back to the row", async ({ page, server }) => {
  await signIn(page, server, "/subscriptions?q=Board");
  const { keyboard } = page;
  const table = page.getByRole("table", { name: "Subscriptions" });
  const link = (row: number) => table.getByRole("row").nth(row).getByRole("link").first();
  await expect(table.getByRole("row")).toHaveCount(4);
  await keyboard.press("j");
  await expect(link(1)).toBeFocused();
  await keyboard.press("j");
  await expect(link(2)).toBeFocused();
  await keyboard.press("k");
  await expect(link(1)).toBeFocused();

  const preview = page.getByRole("complementary", { name: /, preview$/ });
  await keyboard.press("Enter");
  await expect(preview).toContainText("1 of 3");
  await keyboard.press("j");
  await expect(preview).toContainText("2 of 3");
  const second = (await link(2).innerText()).trim();
  await expect(preview).toHaveAccessibleName(`${second}, preview`);
  await keyboard.press("Escape");
  await expect(preview).toBeHidden();
  await expect(link(2)).toBeFocused();
});

test("menus and filters open and close where one was", async ({ page, server }) => {
  await signIn(page, server, "/subscriptions");
  const { keyboard } = page;
  const filter = page.getByRole("button", { name: "Filter", exact: true });
  await tabTo(page, filter);
  await keyboard.press("Enter");
  const panel = page.getByRole("dialog", { name: "Filter subscriptions" });
  await expect(panel).toBeVisible();
  await keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(filter).toBeFocused();

  const account = page.getByRole("button", { name: /^Account of/ });
  await tabTo(page, account, "Shift+Tab");
  await keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Log out", exact: true })).toBeFocused();
  await keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: "Log out everywhere" })).toBeFocused();
  await keyboard.press("Escape");
  await expect(page.getByRole("menu")).toBeHidden();
  await expect(account).toBeFocused();
});

test("from a tile to its rows, and a chart read by its points", async ({ page, server }) => {
  await signIn(page, server);
  const { keyboard } = page;
  const tile = page.getByRole("region", { name: "Key figures" }).getByRole("link", { name: "MRR", exact: true });
  await tabTo(page, tile);
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Subscriptions", level: 1 })).toBeVisible();

  await keyboard.press("g");
  await keyboard.press("d");
  await expect(page.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();
  const points = page.getByRole("link", { name: /read the points with the arrow keys/ });
  await tabTo(page, points);
  const chart = page.getByRole("link", { name: /Enter opens the rows/ });
  await keyboard.press("ArrowLeft");
  await expect(chart).toHaveAccessibleName(/^\w{3} \d+, \d{4}, total: \$[\d,]+\. Enter opens the rows\.$/);
  const newest = await chart.getAttribute("aria-label");
  await keyboard.press("ArrowLeft");
  await expect(chart).not.toHaveAccessibleName(newest ?? "");
  await keyboard.press("End");
  await expect(chart).toHaveAccessibleName(newest ?? "");
  await keyboard.press("ArrowDown");
  await expect(chart).toHaveAccessibleName(/REV|Basic|Standard|Premium/);
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Subscriptions", level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/as_of=/);
});

/** Presses Tab until the element has the focus, as somebody does who looks for it. */
async function tabTo(page: Page, element: Locator, key = "Tab"): Promise<void> {
  await expect(element).toBeVisible();
  for (let presses = 0; presses < 60; presses += 1) {
    if (await element.evaluate((node) => node === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  await expect(element).toBeFocused();
}
