// What is typed while the palette is still being loaded was lost.
import { expect, signIn, test } from "../support/test.ts";

test("what is typed before the palette is there is in its field", async ({ page, server }) => {
  await page.route(/palette.*\.wasm/, async (route) => {
    await new Promise((done) => setTimeout(done, 500));
    await route.continue();
  });
  await signIn(page, server);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("transact");
  const field = page.getByRole("combobox", { name: "Search, go to or do" });
  await expect(field).toHaveValue("transact");
  await expect(field).toBeFocused();
  await page.keyboard.type("ions");
  await expect(page.getByRole("option", { selected: true })).toContainText("Transactions");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(field).toHaveValue("");
});
