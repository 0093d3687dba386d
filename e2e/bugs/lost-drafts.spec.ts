// What was typed was thrown away by one press of Escape, and by leaving the page.
import { expect, signIn, test } from "../support/test.ts";

test("Escape asks before it throws away what was typed in a dialog", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  const open = () => page.getByRole("button", { name: "New customer" }).click();
  const dialog = page.getByRole("dialog", { name: "New customer" });
  await open();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await open();
  await dialog.getByLabel("Name").fill("Nearly Lost");
  await page.keyboard.press("Escape");
  await expect(dialog.getByText("Escape once more throws away what you typed.")).toBeVisible();
  await expect(dialog.getByLabel("Name")).toHaveValue("Nearly Lost");
  await dialog.getByLabel("Name").press("End");
  await page.keyboard.type("!");
  await expect(dialog.getByText("Escape once more")).toBeHidden();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("a note that is not added yet is there when one comes back", async ({ page, server }) => {
  const { id } = await server.api<{ id: string }>("/api/customers", "POST", { name: "Nora Noted" });
  await signIn(page, server, `/customers/${id}`);
  await page.getByLabel("New note").fill("Asked for a call on Mon");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Dashboard" }).click();
  await expect(page.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("New note")).toHaveValue("Asked for a call on Mon");
  await page.getByRole("button", { name: "Add note" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Asked for a call on Mon" }).first()).toBeVisible();
  await expect(page.getByLabel("New note")).toHaveValue("");
});
