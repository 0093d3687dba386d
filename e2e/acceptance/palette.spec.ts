// The command palette, by keyboard alone: go, find, act.
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { expect, signIn, test } from "../support/test.ts";

test.beforeAll(async ({ server }) => {
  for (const name of ["Paula Palette", "Paul Palette"]) await server.api("/api/customers", "POST", { name });
});

const palette = (page: Page) => page.getByRole("dialog", { name: "Command palette" });
const field = (page: Page) => palette(page).getByRole("combobox");
const selected = (page: Page) => palette(page).getByRole("option", { selected: true });

async function open(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
}

test("find a customer and open them; then they are among the recent ones", async ({ page, server }) => {
  await signIn(page, server);
  const { keyboard } = page;
  await open(page);
  await keyboard.type("palette");
  await expect(palette(page).getByRole("group", { name: "People" }).getByRole("option")).toHaveCount(2);
  await expect(field(page)).toHaveAttribute("aria-activedescendant", "palette-0");
  await keyboard.press("ArrowDown");
  const name = ((await selected(page).locator(".ellip").textContent()) ?? "").trim();
  expect(name).toMatch(/^Paula? Palette$/);
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name, level: 1, exact: true })).toBeVisible();
  await expect(palette(page)).toBeHidden();

  await keyboard.press("g");
  await keyboard.press("d");
  await expect(page.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();
  await open(page);
  await expect(palette(page).getByRole("group", { name: "Recent" }).getByRole("option").first()).toContainText(name);
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name, level: 1, exact: true })).toBeVisible();
});

test("go to pages, and act on them", async ({ page, server }) => {
  await signIn(page, server);
  const { keyboard } = page;
  await open(page);
  await keyboard.type("transact");
  await expect(selected(page)).toContainText("Transactions");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Transactions", level: 1 })).toBeVisible();

  await open(page);
  await keyboard.type("create");
  await expect(selected(page)).toContainText("Create customer");
  await keyboard.press("Enter");
  const form = page.getByRole("dialog", { name: "New customer" });
  await expect(form).toBeVisible();
  await expect(page).not.toHaveURL(/new=/);
  // Not over another dialog.
  await keyboard.press("Control+k");
  await expect(palette(page)).toBeHidden();
  await form.getByLabel("Name").focus();
  await keyboard.type("Made by palette");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Made by palette", level: 1 })).toBeVisible();

  // What the page itself offers.
  await open(page);
  await keyboard.type("archive");
  await expect(palette(page).getByRole("group", { name: "On this page" })).toBeVisible();
  await expect(selected(page)).toContainText("Archive customer");
  await keyboard.press("Enter");
  await expect(page.getByText("Customer archived")).toBeVisible();

  await open(page);
  await keyboard.type("theme");
  await keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(page.getByRole("button", { name: "Theme: light" })).toBeVisible();

  await open(page);
  await keyboard.type("keyboard");
  await keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(sheet).toContainText("Search people, go to a page, do something");
  await keyboard.press("Escape");
  await expect(sheet).toBeHidden();

  await open(page);
  await keyboard.type("log out");
  await keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem("recent"))).toBeNull();
});

test("arrows go round, Escape closes and gives the focus back, nothing found is said", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  const { keyboard } = page;
  const search = page.getByRole("searchbox");
  await search.focus();
  await open(page);
  await keyboard.press("ArrowUp");
  const last = await palette(page).getByRole("option").count();
  await expect(field(page)).toHaveAttribute("aria-activedescendant", `palette-${last - 1}`);
  await keyboard.press("ArrowDown");
  await expect(field(page)).toHaveAttribute("aria-activedescendant", "palette-0");
  await keyboard.type("zzz nothing");
  await expect(palette(page).getByText("Nothing found for “zzz nothing”").first()).toBeVisible();
  await expectAccessible(page);
  await keyboard.press("Enter");
  await expect(palette(page)).toBeVisible();
  await keyboard.press("Escape");
  await expect(palette(page)).toBeHidden();
  await expect(search).toBeFocused();
});

test("a viewer learns why something is not theirs to do", async ({ page, server }) => {
  await signIn(page, server, "/", "viewer");
  await open(page);
  await page.keyboard.type("create customer");
  await expect(selected(page)).toBeDisabled();
  await expect(selected(page)).toContainText("Needs the right to create and change customers. Your role is Viewer.");
  await page.keyboard.press("Enter");
  await expect(palette(page)).toBeVisible();
});

test("in every look, and on a phone by touch", async ({ page, server }) => {
  await signIn(page, server);
  await open(page);
  await page.keyboard.type("pal");
  await expect(palette(page).getByRole("group", { name: "People" })).toBeVisible();
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "Search or do something" }).click();
  await field(page).fill("mrr");
  await palette(page).getByRole("option", { name: /MRR movements/ }).click();
  await expect(page.getByRole("heading", { name: "MRR movements", level: 1 })).toBeVisible();
});
