// On paper: no chrome, the whole table, and a line that says what it shows and when it was printed.
import { expect, signIn, test } from "../support/test.ts";

test.beforeAll(async ({ server }) => {
  await server.api("/api/customers", "POST", { name: "Petra Paper", tags: ["paper"], priority: "vip" });
});

test("lists, a customer and the dashboard are printed without chrome, with what they show", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=paper&priority=vip");
  const table = page.getByRole("table", { name: "Customers" });
  await expect(table).toBeVisible();
  const line = page.locator(".only-print");
  await expect(line).toBeHidden();
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 718, height: 1000 });
  await expect(line).toHaveText(/^Priority is VIP · Tag is paper · Printed \w{3} \d+, \d{4}$/);
  await expect(table.getByRole("row", { name: /Petra Paper/ })).toBeVisible();
  // A table and not the phone's cards: its head stands above its columns.
  await expect(table.getByRole("columnheader", { name: "Lifecycle" })).toBeVisible();
  expect(await table.evaluate((element) => getComputedStyle(element).display)).toBe("table");
  const chrome = page.locator(".side, .topbar, .tabbar, .toolbar, .pager").filter({ visible: true });
  await expect(chrome).toHaveCount(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);

  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto((await table.getByRole("link", { name: "Petra Paper" }).getAttribute("href")) ?? "");
  await expect(page.getByRole("heading", { name: "Petra Paper", level: 1 })).toBeVisible();
  await page.emulateMedia({ media: "print" });
  await expect(line).toHaveText(/^Printed /);
  await expect(page.getByRole("button")).toHaveCount(0);

  await page.emulateMedia({ media: "screen" });
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();
  await page.emulateMedia({ media: "print" });
  await expect(line).toHaveText(/^\w{3} \d+.*, \d{4}, against .* · Printed /);
  await expect(chrome).toHaveCount(0);
});
