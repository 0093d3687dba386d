// The server did what it was asked, and the reply never came: asked again, by the app or by the reader, it is done once.
import { type Page } from "@playwright/test";
import { expect, signIn, test } from "../support/test.ts";

/** Loses the replies to the first `times` POSTs to an address; gives the keys that all of them carried. */
async function loseReplies(page: Page, address: string, times: number): Promise<(string | undefined)[]> {
  const keys: (string | undefined)[] = [];
  await page.route(address, async (route) => {
    if (route.request().method() !== "POST") return route.fallback();
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > times) return route.fallback();
    expect((await route.fetch()).status()).toBe(201);
    await route.abort("connectionreset");
  });
  return keys;
}

async function fillCustomer(page: Page, name: string) {
  await page.getByRole("button", { name: "New customer" }).click();
  const dialog = page.getByRole("dialog", { name: "New customer" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Create customer" }).click();
  return dialog;
}

test("a lost reply is asked for again, and one customer is made", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  const name = `Once ${Date.now()}`;
  const keys = await loseReplies(page, "**/api/customers", 1);
  await fillCustomer(page, name);
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  expect(keys).toHaveLength(2);
  expect(keys[0]).toMatch(/^[\x21-\x7e]{16,255}$/);
  expect(keys[1]).toBe(keys[0]);
  expect((await server.api<{ total: number }>(`/api/customers?q=${encodeURIComponent(name)}`)).total).toBe(1);
});

test("when the network stays away, the reader's next try makes no second one", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  const name = `Patient ${Date.now()}`;
  const keys = await loseReplies(page, "**/api/customers", 3);
  const dialog = await fillCustomer(page, name);
  await expect(dialog.getByText("The server did not answer.")).toBeVisible();
  await dialog.getByRole("button", { name: "Create customer" }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  expect(new Set(keys).size, "one key for all four").toBe(1);
  expect((await server.api<{ total: number }>(`/api/customers?q=${encodeURIComponent(name)}`)).total).toBe(1);
  // What looks the same after it was answered is meant: another customer of the same name.
  await page.goto("/customers");
  await fillCustomer(page, name);
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  expect((await server.api<{ total: number }>(`/api/customers?q=${encodeURIComponent(name)}`)).total).toBe(2);
});
