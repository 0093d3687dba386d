// Somebody is found though their name was misspelt; the list is sorted by any of its columns.
import { expect, signIn, test } from "../support/test.ts";

test.beforeAll(async ({ server }) => {
  for (const [name, priority] of [
    ["Wilhelmina Sorensen", "vip"],
    ["Walter Findlay", "low"],
    ["Winifred Findlay", "high"],
  ] as const) {
    await server.api("/api/customers", "POST", { name, priority, tags: ["found"] });
  }
});

test("a misspelt name finds who was meant, in the list and as a link", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  const search = page.getByRole("searchbox", { name: /Name, e-mail/ });
  await search.fill("wilhelmnia sorenson");
  await expect(page.getByRole("link", { name: "Wilhelmina Sorensen" })).toBeVisible();
  await expect(page).toHaveURL(/q=wilhelmnia\+sorenson/);
  await page.reload();
  await expect(page.getByRole("link", { name: "Wilhelmina Sorensen" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Walter Findlay" })).toBeHidden();
  await page.getByRole("searchbox").fill("fnidlay");
  await expect(page.getByRole("link", { name: "Winifred Findlay" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Walter Findlay" })).toBeVisible();
});

test("the head of each column sorts", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=found&cols=lifecycle,priority,ltv");
  const rows = page.getByRole("table", { name: "Customers" }).getByRole("row");
  for (const head of ["Lifecycle", "LTV", "Priority", "Customer"]) {
    const column = page.getByRole("columnheader", { name: head });
    await column.getByRole("link").click();
    await expect(column).toHaveAttribute("aria-sort", /ascending|descending/);
    await expect(rows).toHaveCount(4);
  }
  await page.goto("/customers?tag=found&sort=-priority");
  await expect(rows.nth(1)).toContainText("Wilhelmina");
  await expect(rows.nth(3)).toContainText("Walter");
});
