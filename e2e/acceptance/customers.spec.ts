// Customers as staff keep them: created, changed, changed by two at once, archived, noted, and the log of all that.
import { type Page } from "@playwright/test";
import { expect, signIn, test } from "../support/test.ts";

/** Creates a customer in the app and stays on their page. */
async function create(page: Page, name: string, email: string): Promise<void> {
  await page.getByRole("button", { name: "New customer" }).click();
  const dialog = page.getByRole("dialog", { name: "New customer" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByLabel("Tags").fill("press, beta");
  await dialog.getByRole("button", { name: "Create customer" }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

test("a customer is created, found by a tag, changed, and the change undone", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  await create(page, "Zoë Okafor", "zoe@example.com");
  const profile = page.getByRole("region", { name: "Profile" });
  await expect(profile.getByRole("definition").filter({ hasText: "zoe@example.com" })).toBeVisible();

  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit customer" });
  await dialog.getByLabel("Language").fill("not a language");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Use a language tag such as")).toBeVisible();
  await dialog.getByLabel("Language").fill("fr-CH");
  await dialog.getByLabel("Priority").selectOption("VIP");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  await expect(profile.getByText("fr-CH")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("Change undone")).toBeVisible();
  await expect(profile.getByText("fr-CH")).toBeHidden();

  await profile.getByRole("link", { name: "press" }).click();
  await expect(page).toHaveURL(/\/customers\?tag=press/);
  await expect(page.getByRole("link", { name: "Zoë Okafor" })).toBeVisible();
});

test("what is typed goes into the first field of a dialog", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  await page.getByRole("button", { name: "New customer" }).click();
  const dialog = page.getByRole("dialog", { name: "New customer" });
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await page.keyboard.type("Jane Doe");
  await expect(dialog.getByLabel("Name")).toHaveValue("Jane Doe");
});

test("an e-mail that somebody has is said at its field, and the draft stays", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  await create(page, "First", "taken@example.com");
  await page.goto("/customers");
  await page.getByRole("button", { name: "New customer" }).click();
  const dialog = page.getByRole("dialog", { name: "New customer" });
  await dialog.getByLabel("Name").fill("Second");
  await dialog.getByLabel("E-mail").fill("TAKEN@example.com");
  await dialog.getByRole("button", { name: "Create customer" }).click();
  await expect(dialog.getByText("Another customer has this e-mail address already.")).toBeVisible();
  await expect(dialog.getByLabel("Name")).toHaveValue("Second");
});

test("two people change one customer: both versions are shown, and nothing is lost", async ({ page, server, browser }) => {
  await signIn(page, server, "/customers");
  await create(page, "Conflicted", "conflict@example.com");
  const address = page.url();
  const other = await (await browser.newContext()).newPage();
  try {
    await signIn(other, server, new URL(address).pathname);
    for (const tab of [page, other]) await tab.getByRole("button", { name: "Edit" }).click();
    const mine = page.getByRole("dialog", { name: "Edit customer" });
    const theirs = other.getByRole("dialog", { name: "Edit customer" });
    await mine.getByLabel("Phone").fill("+41 1");
    await theirs.getByLabel("Priority").selectOption("High");
    await theirs.getByRole("button", { name: "Save" }).click();
    await expect(theirs).toBeHidden();
    // My page hears of it, and my draft stays.
    await expect(page.getByRole("region", { name: "Profile", includeHidden: true }).getByText("High")).toBeAttached();
    await expect(mine.getByLabel("Phone")).toHaveValue("+41 1");

    await mine.getByRole("button", { name: "Save" }).click();
    await expect(mine.getByRole("alert")).toContainText("Somebody changed this customer while you were typing");
    const priority = mine.getByRole("row", { name: /^Priority/ });
    await expect(priority).toContainText("high");
    await expect(priority).toContainText("medium");
    await mine.getByRole("button", { name: "Save mine over theirs" }).click();
    await expect(mine).toBeHidden();
    const profile = page.getByRole("region", { name: "Profile" });
    await expect(profile.getByText("+41 1")).toBeVisible();
    // I did not touch the priority, so theirs stays.
    await expect(profile.getByText("High", { exact: true })).toBeVisible();
  } finally {
    await other.context().close();
  }
});

test("a customer is archived and brought back, notes are written and deleted, and the log tells", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  await create(page, "Archie Noted", "archie@example.com");
  const notes = page.getByRole("region", { name: "Notes" });
  await notes.getByLabel("New note").fill("Asked for an invoice.");
  await notes.getByRole("button", { name: "Add note" }).click();
  await expect(notes.getByText("Asked for an invoice.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Timeline" }).getByText("Asked for an invoice.")).toBeVisible();
  await expect(notes.getByLabel("New note")).toHaveValue("");
  const text = notes.getByLabel("Text of the note");
  await notes.getByRole("button", { name: "Edit note" }).click();
  await expect(text).toBeFocused();
  await text.fill("Never mind.");
  await text.press("Escape");
  await expect(notes.getByText("Asked for an invoice.")).toBeVisible();
  await expect(notes.getByRole("button", { name: "Edit note" })).toBeFocused();
  await page.keyboard.press("Enter");
  await text.fill("Asked for an invoice to the club.");
  // Somebody is faster: what was typed stays, and what they wrote is shown.
  const id = page.url().split("/").pop();
  const { items } = await server.api<{ items: { id: string }[] }>(`/api/customers/${id}/notes`);
  await server.api(`/api/customers/${id}/notes/${items[0]?.id}`, "PATCH", { body: "Asked twice.", version: 1 });
  await text.press("Control+Enter");
  await expect(notes.getByRole("alert")).toContainText("It says now: “Asked twice.”");
  await expect(text).toHaveValue("Asked for an invoice to the club.");
  await notes.getByRole("button", { name: "Save note" }).click();
  await expect(notes.getByText("Asked for an invoice to the club.")).toBeVisible();
  await expect(notes.getByText("· changed")).toBeVisible();
  await notes.getByRole("button", { name: "Delete note" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(notes.getByText("Asked for an invoice to the club.")).toBeVisible();

  await page.getByRole("button", { name: "Archive" }).click();
  await expect(page.getByText("Archived", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByRole("button", { name: "Archive" })).toBeVisible();

  await page.goto("/settings/audit");
  const archived = page.getByRole("row", { name: /Customer archived/ }).first();
  await archived.getByRole("link").click();
  await expect(page.getByRole("row", { name: /^Archived at/ })).toBeVisible();
});

test("a viewer sees why a customer is not theirs to change", async ({ page, server }) => {
  await signIn(page, server, "/customers", "viewer");
  const button = page.getByRole("button", { name: "New customer" });
  await expect(button).toBeDisabled();
  await expect(button).toHaveAccessibleDescription(/Needs the right to create and change customers\. Your role is Viewer\./);
  const importing = page.getByRole("button", { name: "Import", exact: true });
  await expect(importing).toBeDisabled();
  // Fingers see no title: a press says why.
  await importing.click({ force: true });
  await expect(page.getByRole("status").filter({ hasText: /Needs the right to create and change customers/ })).toBeVisible();
  await page.goto("/settings/audit");
  await expect(page.getByText(/Needs the right to see who changed what/)).toBeVisible();
});
