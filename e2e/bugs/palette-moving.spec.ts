// People who came in late moved the entries below them away from the pointer.
import { expect, hold, signIn, test } from "../support/test.ts";

test("what the server finds comes in together", async ({ page, server }) => {
  await server.api("/api/customers", "POST", { name: "Steady Stefan" });
  await server.api("/api/organizations", "POST", { name: "Steady Gym", kind: "gym" });
  const people = hold();
  await page.route(/\/api\/customers\?.*q=/, async (route) => {
    await people.until;
    await route.continue();
  });
  const gym = page.waitForResponse(/\/api\/organizations\?.*q=/);
  await signIn(page, server);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search, go to or do" }).fill("steady");
  await (await gym).finished();
  await expect(page.getByText("Searching…").first()).toBeVisible();
  await expect(page.getByRole("option", { name: /Steady Gym/ })).toBeHidden();
  people.release();
  await expect(page.getByRole("option", { name: /Steady Gym/ })).toBeVisible();
  expect(await page.getByRole("option", { name: /Steady Stefan/ }).count()).toBe(1);
  await page.getByRole("option", { name: /Steady Gym/ }).click();
  await expect(page.getByRole("heading", { name: "Steady Gym", level: 1 })).toBeVisible();
});
