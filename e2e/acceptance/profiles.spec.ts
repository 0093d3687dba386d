// What customers say about themselves: questions are declared, answers written down in versions, an earlier one brought back.
import { expectAccessible, inEveryLook } from "../support/axe.ts";
import { expect, signIn, test } from "../support/test.ts";

test.use({ business: "profiles" });

test("questions are declared, answered, and an earlier version is used again", async ({ page, server }) => {
  const customer = await server.api<{ id: string }>("/api/customers", "POST", { name: "Paula Profile", phone: "+41 1" });
  await signIn(page, server, "/settings/profile");
  await expect(page.getByText("No fields yet")).toBeVisible();
  for (const [question, kind, options] of [
    ["What do you want to reach?", "Some paragraphs", ""],
    ["Level", "One of several", "Beginner, Advanced"],
    ["Has a dog", "Yes or no", ""],
  ] as const) {
    await page.getByRole("button", { name: "Add a field" }).click();
    const line = page.getByRole("listitem").last();
    await line.getByLabel("Question").fill(question);
    await line.getByLabel("Answer").selectOption(kind);
    if (options) await line.getByLabel("Options").fill(options);
  }
  await page.getByRole("button", { name: "Move Has a dog up" }).click();
  await page.getByRole("button", { name: "Save fields" }).click();
  await expect(page.getByText("Profile fields saved")).toBeVisible();
  await inEveryLook(page, () => expectAccessible(page));
  // A question without words is told at its field.
  await page.getByRole("button", { name: "Add a field" }).click();
  await page.getByRole("button", { name: "Save fields" }).click();
  const question = page.getByRole("listitem").last().getByLabel("Question");
  await expect(question).toHaveAccessibleDescription(/Write 1 to 80 characters/);
  await expect(question).toBeFocused();

  await page.goto(`/customers/${customer.id}`);
  const answers = page.getByRole("region", { name: "In their own words" });
  await expect(answers.getByText("Nothing was written down so far.")).toBeVisible();
  const write = async (level: string, goal: string, name = "") => {
    await answers.getByRole("button", { name: "Write down" }).click();
    const dialog = page.getByRole("dialog", { name: "What they say" });
    if (name) await dialog.getByLabel("Name").fill(name);
    await dialog.getByLabel("What do you want to reach?").fill(goal);
    await dialog.getByLabel("Level").selectOption(level);
    await dialog.getByRole("button", { name: "Save as new version" }).click();
    await expect(dialog).toBeHidden();
  };
  await write("Beginner", "Run a marathon");
  await expect(answers.getByText("66%")).toBeVisible();
  await write("Advanced", "Run two\nmarathons", "Paula Two");
  await expect(page.getByRole("heading", { name: "Paula Two", level: 1 })).toBeVisible();
  await expect(answers.getByRole("definition").filter({ hasText: "Advanced" })).toBeVisible();
  await inEveryLook(page, () => expectAccessible(page));

  // What it would bring back can be looked at before.
  await expect(answers.getByRole("definition").filter({ hasText: "Paula Two" })).toBeVisible();
  await answers.getByText("What version 1 says").click();
  await expect(answers.getByRole("definition").filter({ hasText: "Beginner" })).toBeVisible();
  await answers.getByText("What version 1 says").click();

  await answers.getByRole("button", { name: "Use version 1" }).click();
  await expect(answers.getByRole("definition").filter({ hasText: "Beginner" })).toBeVisible();
  await page.reload();
  await expect(answers.getByRole("definition").filter({ hasText: "Run a marathon" })).toBeVisible();
});

test("a viewer sees why answers are not theirs to write", async ({ page, server }) => {
  const customer = await server.api<{ id: string }>("/api/customers", "POST", { name: "Quentin Quiet" });
  await signIn(page, server, `/customers/${customer.id}`, "viewer");
  const button = page.getByRole("button", { name: "Write down" });
  await expect(button).toBeDisabled();
  await expect(button).toHaveAccessibleDescription(/Viewer/);
});
