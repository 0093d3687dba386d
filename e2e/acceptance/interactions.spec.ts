// Interactions: a call is logged, and stands in the timeline with all else that happened.
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { expect, signIn, test } from "../support/test.ts";

test("a call is logged, now and in the past, and stands in the timeline", async ({ page, server }) => {
  const { id } = await server.api<{ id: string }>("/api/customers", "POST", { name: "Tina Timeline" });
  const coach = await server.api<{ id: string }>("/api/customers", "POST", { name: "Theo Trainer" });
  await server.api(`/api/customers/${id}`, "PATCH", { version: 1, coach_id: coach.id });
  await server.api(`/api/customers/${id}/notes`, "POST", { body: "Prefers mornings" });
  await signIn(page, server, `/customers/${id}`);
  const timeline = page.getByRole("region", { name: "Timeline" });
  const entries = timeline.getByRole("listitem");
  await expect(entries).toHaveCount(3);
  await expect(entries.nth(0)).toContainText("Prefers mornings");
  await expect(entries.nth(1)).toContainText("Coached by Theo Trainer");
  await expect(entries.nth(2)).toContainText("Lead");

  await timeline.getByRole("combobox", { name: "Shown in the timeline" }).selectOption("Notes");
  await expect(entries).toHaveCount(1);
  await expect(entries.nth(0)).toContainText("Prefers mornings");
  await expect(page).toHaveURL(/\?timeline=note$/);
  await page.reload();
  await expect(entries).toHaveCount(1);
  await timeline.getByRole("combobox", { name: "Shown in the timeline" }).selectOption("Payments");
  await expect(timeline.getByText("Nothing of this kind so far.")).toBeVisible();
  await timeline.getByRole("combobox", { name: "Shown in the timeline" }).selectOption("Everything");
  await expect(entries).toHaveCount(3);

  await timeline.getByRole("button", { name: "Log an interaction" }).click();
  const dialog = page.getByRole("dialog", { name: "Log an interaction" });
  await dialog.getByLabel("Who began").selectOption("The customer");
  await dialog.getByLabel("Outcome").selectOption("Resolved");
  await dialog.getByLabel("Mood").selectOption("Positive");
  await dialog.getByLabel("What it was about").fill("Asked about a pause.\nWants to return in May.");
  await dialog.getByLabel("Come back to it").fill("2001-01-01T09:00");
  await inEveryLook(page, () => expectAccessible(page));
  await dialog.getByRole("button", { name: "Log interaction" }).click();
  await expect(dialog.getByText("Come back to it after it was.")).toBeVisible();
  await dialog.getByLabel("Come back to it").fill("2099-01-01T09:00");
  await dialog.getByRole("button", { name: "Log interaction" }).click();
  await expect(page.getByText("Interaction logged")).toBeVisible();
  await expect(entries.nth(0)).toContainText("Call, by the customer");
  await expect(entries.nth(0)).toContainText("Wants to return in May.");
  await expect(entries.nth(0)).toContainText("Resolved");

  await timeline.getByRole("button", { name: "Log an interaction" }).click();
  await dialog.getByLabel("Kind").selectOption("Visit");
  await dialog.getByLabel("When").fill("2020-02-03T10:00");
  await dialog.getByRole("button", { name: "Log interaction" }).click();
  await expect(dialog.locator(".field__error")).toHaveText("Say what it was about, or choose an outcome.");
  await dialog.getByLabel("What it was about").fill("Looked around");
  await dialog.getByRole("button", { name: "Log interaction" }).click();
  await expect(entries).toHaveCount(5);
  await expect(entries.nth(4)).toContainText("Visit, by us");
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
});

test("a viewer sees the timeline without payments, and why they cannot add to it", async ({ page, server }) => {
  const { id } = await server.api<{ id: string }>("/api/customers", "POST", { name: "Vera Viewed" });
  await server.api(`/api/customers/${id}/interactions`, "POST", { kind: "sms", direction: "outbound", summary: "Hello" });
  await signIn(page, server, `/customers/${id}`, "viewer");
  const timeline = page.getByRole("region", { name: "Timeline" });
  await expect(timeline.getByText("Hello")).toBeVisible();
  await expect(timeline.getByRole("option", { name: "Payments" })).toHaveCount(0);
  const button = timeline.getByRole("button", { name: "Log an interaction" });
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleDescription(/role|owner|admin/i);
});
