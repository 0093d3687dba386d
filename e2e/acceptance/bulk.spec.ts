// Many customers at once: chosen by hand and by filter, changed, followed, undone; and exported as the list shows them.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { expect, signIn, test } from "../support/test.ts";

test.use({ business: "bulk" });

const MANY = 60;

test.beforeAll(async ({ server }) => {
  for (let n = 1; n <= MANY; n += 1) {
    await server.api("/api/customers", "POST", { name: `Bulk ${String(n).padStart(2, "0")}`, tags: ["bulk"] });
  }
});

const table = (page: Page) => page.getByRole("table", { name: "Customers" });
const box = (page: Page, name: string) => table(page).getByRole("checkbox", { name: `Select ${name}` });
const bar = (page: Page) => page.getByRole("group", { name: /selected$/ });

async function total(server: { api<T>(path: string): Promise<T> }, query: string): Promise<number> {
  return (await server.api<{ total: number }>(`/api/customers?count=exact&${query}`)).total;
}

test("rows are selected by mouse, range and keyboard", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=bulk&sort=name");
  await box(page, "Bulk 02").click();
  await box(page, "Bulk 05").click({ modifiers: ["Shift"] });
  await expect(bar(page)).toHaveAccessibleName("4 customers selected");
  await expect(table(page).getByRole("row", { name: /Bulk 04/ })).toHaveAttribute("aria-selected", "true");
  // A press on a box opens no preview.
  await expect(page.getByRole("complementary", { name: /, preview$/ })).toBeHidden();
  await box(page, "Bulk 03").click();
  await expect(bar(page)).toHaveAccessibleName("3 customers selected");
  const head = table(page).getByRole("checkbox", { name: "Select all rows of this page" });
  expect(await head.evaluate((element) => (element as HTMLInputElement).indeterminate)).toBe(true);

  await page.keyboard.press("Escape");
  await expect(bar(page)).toBeHidden();
  await table(page).getByRole("link", { name: "Bulk 01" }).focus();
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(bar(page)).toHaveAccessibleName("2 customers selected");
  await page.keyboard.press("x");
  await expect(bar(page)).toHaveAccessibleName("1 customer selected");
  // Another page of the list keeps it, another filter does not.
  await page.getByRole("link", { name: "Next" }).click();
  await expect(table(page).getByRole("row", { name: /Bulk 51/ })).toBeVisible();
  await expect(bar(page)).toHaveAccessibleName("1 customer selected");
  await page.getByRole("searchbox").fill("Bulk 0");
  await expect(bar(page)).toBeHidden();
});

test("all that match get a tag, and the change is undone", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=bulk");
  await table(page).getByRole("checkbox", { name: "Select all rows of this page" }).check();
  await expect(bar(page)).toHaveAccessibleName("50 customers selected");
  await page.getByRole("button", { name: `Select all ${MANY} matching` }).click();
  await expect(bar(page)).toHaveAccessibleName(`All ${MANY} customers selected`);
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await bar(page).getByRole("button", { name: "Add tags" }).click();
  const dialog = page.getByRole("dialog", { name: "Add tags" });
  await dialog.getByRole("button", { name: `Change ${MANY} customers` }).click();
  await expect(dialog.getByText("Enter at least one tag.")).toBeVisible();
  await dialog.getByLabel("Tags").fill("spring, fair");
  await dialog.getByRole("button", { name: `Change ${MANY} customers` }).click();
  await expect(dialog).toBeHidden();
  await expect(bar(page)).toBeHidden();
  await expect(page.getByText(new RegExp(`Add the tags .*: ${MANY} changed`))).toBeVisible();
  expect(await total(server, "tag=spring")).toBe(MANY);
  expect(await total(server, "tag=fair")).toBe(MANY);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText(/^Undo: Add the tags/)).toBeVisible();
  await expect.poll(() => total(server, "tag=spring")).toBe(0);
  expect(await total(server, "tag=bulk")).toBe(MANY);
});

test("some are archived, others get a priority", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=bulk&sort=name");
  await box(page, "Bulk 01").click();
  await bar(page).getByRole("button", { name: "Set priority" }).click();
  const dialog = page.getByRole("dialog", { name: "Set priority" });
  await dialog.getByLabel("Priority").selectOption("VIP");
  await dialog.getByRole("button", { name: "Change 1 customer" }).click();
  await expect.poll(() => total(server, "tag=bulk&priority=vip")).toBe(1);
  await box(page, "Bulk 02").click();
  await bar(page).getByRole("button", { name: "Archive" }).click();
  await expect.poll(() => total(server, "tag=bulk&archived=true")).toBe(1);
});

test("some belong to an organization from now on, and no more", async ({ page, server }) => {
  const gym = await server.api<{ id: string }>("/api/organizations", "POST", { name: "Iron Gym", kind: "gym" });
  await signIn(page, server, "/customers?tag=bulk&sort=name");
  await box(page, "Bulk 10").click();
  await box(page, "Bulk 12").click({ modifiers: ["Shift"] });
  await bar(page).getByRole("button", { name: "Set organization" }).click();
  const dialog = page.getByRole("dialog", { name: "Set organization" });
  await dialog.getByRole("button", { name: "Change 3 customers" }).click();
  await expect(dialog.getByText("Choose an organization from the list.")).toBeVisible();
  await dialog.getByLabel("Organization").fill("iron");
  await dialog.getByRole("option", { name: "Iron Gym" }).click();
  await inEveryLook(page, () => expectAccessible(page));
  await dialog.getByRole("button", { name: "Change 3 customers" }).click();
  await expect(page.getByText("Set the organization: 3 changed")).toBeVisible();
  expect(await total(server, `organization=${gym.id}`)).toBe(3);
  await box(page, "Bulk 11").click();
  await bar(page).getByRole("button", { name: "Set organization" }).click();
  await dialog.getByRole("button", { name: "Remove their organization" }).click();
  await expect(page.getByText("Remove the organization: 1 changed")).toBeVisible();
  expect(await total(server, `organization=${gym.id}`)).toBe(2);
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect.poll(() => total(server, `organization=${gym.id}`)).toBe(3);
});

test("the list is exported as it is filtered", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=bulk&q=Bulk 1");
  await expect(table(page).getByRole("row", { name: /Bulk 10/ })).toBeVisible();
  const matching = await total(server, "tag=bulk&q=Bulk%201");
  for (const [item, extension] of [
    ["CSV", "csv"],
    ["JSON lines", "ndjson"],
    ["Excel", "xlsx"],
  ] as const) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: item }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(new RegExp(`\\.${extension}$`));
    const content = await readFile(await file.path());
    if (extension !== "xlsx") {
      const lines = content.toString("utf8").trim().split("\n");
      expect(lines.length - (extension === "csv" ? 1 : 0)).toBe(matching);
      expect(lines.slice(-1)[0]).toContain("Bulk 1");
    } else {
      expect(content.subarray(0, 2).toString()).toBe("PK");
    }
  }
});

test("those who are chosen are exported", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=bulk&sort=name");
  await box(page, "Bulk 20").click();
  await box(page, "Bulk 22").click();
  const download = page.waitForEvent("download");
  await bar(page).getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "CSV" }).click();
  const lines = (await readFile(await (await download).path())).toString("utf8").trim().split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain("Bulk 20");
  expect(lines[2]).toContain("Bulk 22");
  await expect(bar(page)).toHaveAccessibleName("2 customers selected");
});

test("a viewer may export, and learns why nothing can be changed", async ({ page, server }) => {
  await signIn(page, server, "/customers?tag=bulk", "viewer");
  await table(page).getByRole("checkbox", { name: "Select all rows of this page" }).check();
  const button = bar(page).getByRole("button", { name: "Archive" });
  await expect(button).toBeDisabled();
  await expect(button).toHaveAccessibleDescription(/Needs the right to create and change customers/);
});
