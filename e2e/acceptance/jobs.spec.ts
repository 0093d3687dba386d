// One change to many customers, and the way back, as the page of jobs shows it.
import { expect, signIn, test } from "../support/test.ts";

test("tags for all that match, seen under Settings and taken back there", async ({ page, server }) => {
  const stem = `bulk-${Date.now()}`;
  for (const name of ["one", "two", "three"]) {
    await server.api("/api/customers", "POST", { name: `${stem} ${name}`, tags: name === "one" ? ["kept"] : [] });
  }
  await server.api("/api/customers/bulk", "POST", { action: { set_priority: "high" }, all_matching: { q: stem } });
  await signIn(page, server, "/settings/jobs");
  await expect(page.getByRole("link", { name: /priority/i }).first()).toBeVisible();
  const body = { action: { add_tags: ["kept", stem] }, all_matching: { q: stem } };
  const job = await server.api<{ id: string }>("/api/customers/bulk", "POST", body);
  // It is told of at once, and shown when asked for: nothing moves under the reader.
  await page.getByRole("button", { name: "1 new" }).click();
  await page.getByRole("link", { name: new RegExp(`Add the tags ${stem}, kept|Add the tags kept, ${stem}`) }).click();
  await expect(page).toHaveURL(new RegExp(job.id));
  const drawer = page.getByRole("complementary", { name: /, preview$/ });
  await expect(drawer.getByText("3 changed.")).toBeVisible();
  await drawer.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "1 new" }).click();
  await expect(page.getByRole("link", { name: /^Undo: Add the tags/ }).first()).toBeVisible();
  await expect.poll(async () => (await server.api<{ total: number }>(`/api/customers?tag=${stem}`)).total).toBe(0);
  expect((await server.api<{ total: number }>(`/api/customers?tag=kept&q=${stem}`)).total, "she had it before").toBe(1);
});
