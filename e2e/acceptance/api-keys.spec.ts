// API keys: made and shown once, used by a program, revoked.
import { expect, signIn, test } from "../support/test.ts";

test("a key is shown once, works as far as its scopes go, and is revoked", async ({ page, server, request }) => {
  await signIn(page, server, "/settings/api-keys");
  await page.getByRole("button", { name: "New key" }).click();
  const dialog = page.getByRole("dialog", { name: "New API key" });
  await dialog.getByRole("button", { name: "Make key" }).click();
  await expect(dialog.getByText("Say in 1 to 80 characters what the key is for.")).toBeVisible();
  await dialog.getByLabel("Name").fill("Website");
  await dialog.getByRole("button", { name: "Make key" }).click();
  await expect(dialog.getByText("Choose at least one thing that the key may do.")).toBeVisible();
  await dialog.getByLabel("See customers").check();
  await dialog.getByLabel("Create and change customers").check();
  await expect(dialog.getByLabel("Manage the staff")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Make key" }).click();
  const key = await dialog.getByLabel("Key", { exact: true }).inputValue();
  expect(key).toMatch(/^crm_live_[0-9a-f]{32}_[0-9a-f]{64}$/);
  await dialog.getByRole("button", { name: "Done" }).click();
  await page.reload();
  const row = page.getByRole("listitem").filter({ hasText: "Website" });
  await expect(row).toContainText("See customers · Create and change customers");
  await expect(row).toContainText("never used");
  expect(await page.content()).not.toContain(key);

  const headers = { authorization: `Bearer ${key}` };
  const created = await request.post(`${server.url}/api/customers`, { headers, data: { email: "by-key@e2e.test" } });
  expect(created.status()).toBe(201);
  const refused = await request.get(`${server.url}/api/transactions`, { headers });
  expect([refused.status(), (await refused.json()).permission]).toEqual([403, "transactions:read"]);
  await page.goto("/settings/audit?resource=customer");
  await expect(page.getByRole("row", { name: /Customer created/ }).filter({ hasText: "Website" })).toBeVisible();

  await page.goto("/settings/api-keys");
  await expect(row).toContainText("last used");
  await row.getByRole("button", { name: "Revoke" }).click();
  await row.getByRole("button", { name: "Revoke key" }).click();
  await expect(row).toContainText("Revoked");
  expect((await request.get(`${server.url}/api/customers`, { headers })).status()).toBe(401);
});

test("who may not make keys sees why", async ({ page, server }) => {
  await signIn(page, server, "/settings/api-keys", "analyst");
  await expect(page.getByText(/Needs the right to see API keys\. Your role is Analyst\./)).toBeVisible();
  await expect(page.getByRole("button", { name: "New key" })).toHaveAccessibleDescription(/Needs the right to make and revoke API keys/);
});
