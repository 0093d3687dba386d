// On a phone: lists are put in order, and what lies to the right can be reached; and pages of what is not there.
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow } from "../support/axe.ts";
import { expect, signIn, test } from "../support/test.ts";

test.use({ business: "phone" });

const phone = { width: 390, height: 844 };

/** The names of a list's rows, from top to bottom. */
const names = (page: Page) => page.locator("[data-row] .who__name");

test("a list is put in order without heads to press", async ({ page, server }) => {
  for (const name of ["Berta Phone", "Anna Phone", "Carla Phone"]) await server.api("/api/customers", "POST", { name });
  await page.setViewportSize(phone);
  await signIn(page, server, "/customers?q=phone&sort=name");
  await expect(names(page)).toHaveText(["Anna Phone", "Berta Phone", "Carla Phone"]);
  const sort = page.getByRole("combobox", { name: "Sort by" });
  await expect(sort).toHaveValue("name");
  await sort.selectOption("Customer ↓");
  await expect(page).toHaveURL(/sort=-name/);
  await expect(names(page)).toHaveText(["Carla Phone", "Berta Phone", "Anna Phone"]);
  await expectAccessible(page);
  await expectNoOverflow(page);
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(sort).toBeHidden();
});

test("the current tab of the settings is in sight, and the last action of the bar can be reached", async ({ page, server }) => {
  await page.setViewportSize(phone);
  await signIn(page, server, "/settings/sessions");
  await expect(page.getByRole("link", { name: "Your account" })).toBeInViewport();
  await page.getByRole("link", { name: "Stripe", exact: true }).click();
  await expect(page.getByRole("link", { name: "Stripe", exact: true })).toBeInViewport();
  await page.goto(`${server.url}/customers`);
  await page.getByRole("checkbox", { name: /^Select .* Phone$/ }).first().check();
  const archive = page.getByRole("group", { name: "1 customer selected" }).getByRole("button", { name: "Archive" });
  await archive.scrollIntoViewIfNeeded();
  await expect(archive).toBeInViewport();
  await expectNoOverflow(page);
});

test("settings show the tabs that one may read", async ({ page, server }) => {
  await signIn(page, server, "/settings", "viewer");
  const tabs = page.getByRole("navigation", { name: "Settings" }).getByRole("link");
  await expect(tabs).toHaveText(["Prices", "Policies", "Currencies", "Profile", "Team", "Jobs", "Your account"]);
  await expect(page).toHaveURL(/\/settings\/prices$/);
});

test("who is not there is asked for once", async ({ page, server }) => {
  const nobody = "00000000-0000-7000-8000-000000000000";
  for (const [list, title] of [
    ["customers", "Customer: not found"],
    ["organizations", "Organization: not found"],
    ["subscriptions", "Subscription: not found"],
  ] as const) {
    const asked: string[] = [];
    const count = (request: { url(): string }) => {
      if (request.url().includes(nobody)) asked.push(new URL(request.url()).pathname);
    };
    await signIn(page, server, "/settings/sessions");
    page.on("request", count);
    await page.evaluate((path) => history.pushState(null, "", path), `/${list}/${nobody}`);
    await page.evaluate(() => dispatchEvent(new PopStateEvent("popstate")));
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    await page.waitForLoadState("networkidle");
    expect(asked).toEqual([`/api/${list}/${nobody}`]);
    page.off("request", count);
  }
});

test("filters that contradict each other show no rows of others, in words of the page", async ({ page, server }) => {
  await signIn(page, server, "/customers?q=phone");
  await expect(names(page)).toHaveCount(3);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  const panel = page.getByRole("dialog", { name: "Filter customers" });
  await panel.getByLabel("MRR of at least").fill("20");
  await panel.getByLabel("MRR of at least").press("Tab");
  await panel.getByLabel("MRR of at most").fill("10");
  await panel.getByLabel("MRR of at most").press("Tab");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alert")).toContainText("The smallest amount must not be above the largest.");
  await expect(names(page)).toHaveCount(0);
  await page.getByRole("alert").getByRole("button", { name: "Clear all filters" }).click();
  await expect(names(page).first()).toBeVisible();
  await page.goto(`${server.url}/customers?lifecycle=asleep`);
  await expect(page.getByRole("alert")).toContainText("Lifecycle has no such choice.");
});
