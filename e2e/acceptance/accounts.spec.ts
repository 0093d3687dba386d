// Who may come in, how long they stay, and what they may do.
import type { Browser, Page } from "@playwright/test";
import { CrmServer, owner } from "../support/server.ts";
import { price, subscriptionLife } from "../support/stripe.ts";
import { expect, fillLogin, signIn, test } from "../support/test.ts";

test("the first visitor becomes the owner, and nobody after", async ({ browser }) => {
  const server = await CrmServer.start({ withOwner: false });
  const page = await browser.newPage();
  const later = await (await browser.newContext()).newPage();
  try {
    await page.goto(server.url);
    await expect(page.getByRole("heading", { name: "Create the first account" })).toBeVisible();
    // Somebody else has the same page open.
    await later.goto(server.url);
    await expect(later.getByRole("heading", { name: "Create the first account" })).toBeVisible();

    await page.getByLabel("Your name").fill(owner.name);
    await page.getByLabel("E-mail").fill(owner.email);
    await page.getByLabel("Password").fill("too short");
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText("Use 12 to 128 characters.")).toBeVisible();
    await page.getByLabel("Password").fill(owner.password);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText("No billing data yet")).toBeVisible();
    await page.getByRole("button", { name: `Account of ${owner.name}` }).click();
    await expect(page.getByRole("menu", { name: "Account" })).toContainText("Owner");

    await later.getByLabel("Your name").fill("Late Larry");
    await later.getByLabel("E-mail").fill("larry@e2e.test");
    await later.getByLabel("Password").fill(owner.password);
    await later.getByRole("button", { name: "Create account" }).click();
    await expect(later.getByRole("alert")).toBeVisible();
    await later.reload();
    await expect(later.getByRole("heading", { name: "Log in" })).toBeVisible();
    await fillLogin(later, owner);
    await expect(later.getByRole("heading", { name: "Dashboard" })).toBeVisible();
  } finally {
    await later.context().close();
    await page.close();
    await server.stop();
  }
});

test("a wrong password is said without saying which part was wrong", async ({ page, server }) => {
  const staff = await server.addStaff();
  await page.goto("/customers");
  await fillLogin(page, { ...staff, password: "not the password" });
  const message = page.getByRole("alert").filter({ hasText: "The e-mail address or the password is wrong." });
  await expect(message).toBeVisible();
  // The message stands there already: the answer is what to wait for.
  const answered = page.waitForResponse((reply) => reply.url().endsWith("/api/auth/login"));
  await fillLogin(page, { ...staff, email: "nobody@e2e.test" });
  await answered;
  await expect(page.getByRole("button", { name: "Log in", exact: true })).toBeEnabled();
  await expect(message).toBeVisible();
  await fillLogin(page, staff);
  await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
});

test("a session that ends asks again in place, and goes on", async ({ page, server }) => {
  await server.postWebhooks(subscriptionLife({ name: "Inga Inplace" }).slice(0, 4));
  const staff = await signIn(page, server, "/customers?q=Inga");
  await expect(page.getByRole("table", { name: "Customers" })).toContainText("Inga Inplace");
  await endSessions(page);
  await page.getByRole("searchbox").fill("Inga Inplace");
  const dialog = page.getByRole("dialog", { name: "Log in again" });
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeVisible();
  await expect(dialog.getByLabel("E-mail")).toHaveValue(staff.email);
  await dialog.getByLabel("Password").fill(staff.password);
  await dialog.getByRole("button", { name: "Log in", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("searchbox")).toHaveValue("Inga Inplace");
  await expect(page).toHaveURL(/q=Inga.Inplace|q=Inga%20Inplace/);
  await expect(page.getByRole("table", { name: "Customers" })).toContainText("Inga Inplace");
});

test("logging out everywhere ends the other browsers too", async ({ page, browser, server }) => {
  const staff = await signIn(page, server, "/settings/sessions");
  const other = await elsewhere(browser, server);
  try {
    await fillLogin(other, staff);
    await expect(other.getByRole("heading", { name: "Dashboard" })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("region", { name: "Where you are logged in" }).getByRole("listitem")).toHaveCount(2);
    await page.getByRole("region", { name: "Where you are logged in" }).getByRole("button", { name: "Log out everywhere" }).click();
    await expect(page.getByRole("heading", { name: "Log in", exact: true })).toBeVisible();
    await other.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Transactions" }).click();
    await expect(other.getByRole("dialog", { name: "Log in again" })).toBeVisible();
    await other.reload();
    await expect(other.getByRole("heading", { name: "Log in", exact: true })).toBeVisible();
  } finally {
    await other.context().close();
  }
});

test("a viewer sees what they may not do, and why", async ({ page, server }) => {
  const unmapped = subscriptionLife({ name: "Victor", from: { id: String(price().id), amount: 7_700, stream: null } });
  await server.postWebhooks(unmapped.slice(0, 2));
  await signIn(page, server, "/settings/prices", "viewer");
  const waits = page.getByRole("region", { name: "Not mapped" }).getByRole("listitem").filter({ hasText: "$77.00" });
  const button = waits.getByRole("button", { name: "Map price" });
  await expect(button).toBeDisabled();
  const reason = /Needs the right to map prices\. Your role is Viewer\. An owner or admin of your company can grant it\./;
  await expect(button).toHaveAttribute("title", reason);
  await expect(button).toHaveAccessibleDescription(reason);
  await page.goto("/settings/policies");
  await expect(page.getByRole("button", { name: "Save settings" })).toBeDisabled();
  await expect(page.getByText(/Needs the right to change settings/)).toBeVisible();
  // The address of what the navigation leaves out says why, too.
  await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Transactions" })).toHaveCount(0);
  await page.goto("/transactions");
  await expect(page.getByText(/Needs the right to see payments and refunds/)).toBeVisible();
});

test("two tabs that refresh at once keep the session", async ({ page, server }) => {
  await signIn(page, server);
  const twin = await page.context().newPage();
  await twin.goto(server.url);
  for (let round = 0; round < 5; round += 1) {
    await Promise.all([page.reload(), twin.reload()]);
    for (const tab of [page, twin]) {
      await expect(tab.getByRole("heading", { name: "Dashboard", level: 1 })).toBeVisible();
    }
  }
});

/** Ends the user's sessions behind the page's back, as an admin or another device would. */
async function endSessions(page: Page): Promise<void> {
  const status = await page.evaluate(async () => {
    const refreshed = await fetch("/api/auth/refresh", { method: "POST" });
    const { access_token } = (await refreshed.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${access_token}` };
    return (await fetch("/api/auth/logout-everywhere", { method: "POST", headers })).status;
  });
  expect(status).toBe(204);
}

async function elsewhere(browser: Browser, server: CrmServer): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(server.url);
  return page;
}
