// What is typed while the palette is still being loaded was lost.
import { expect, hold, signIn, test } from "../support/test.ts";

test("what is typed before the palette is there is in its field", async ({ page, server }) => {
  const palette = hold();
  await page.route(/palette.*\.wasm/, async (route) => {
    await palette.until;
    await route.continue();
  });
  await signIn(page, server);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("transact");
  palette.release();
  const field = page.getByRole("combobox", { name: "Search, go to or do" });
  await expect(field).toHaveValue("transact");
  await expect(field).toBeFocused();
  await page.keyboard.type("ions");
  await expect(page.getByRole("option", { selected: true })).toContainText("Transactions");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(field).toHaveValue("");
});

test("who is typed before the palette is there is found", async ({ page, server }) => {
  await server.api("/api/customers", "POST", { name: "Early Bird" });
  const palette = hold();
  await page.route(/palette.*\.wasm/, async (route) => {
    await palette.until;
    await route.continue();
  });
  await signIn(page, server);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("early bird");
  palette.release();
  await page.getByRole("option", { name: /Early Bird/ }).click();
  await expect(page.getByRole("heading", { name: "Early Bird", level: 1 })).toBeVisible();
});
