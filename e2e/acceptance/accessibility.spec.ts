// axe finds nothing, and nothing sticks out: every page and every state, light and dark, wide and narrow.
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { CrmServer, owner } from "../support/server.ts";
import { customer, event, id, invoice, price, subscription, subscriptionLife } from "../support/stripe.ts";
import { expect, fillLogin, signIn, test } from "../support/test.ts";

// It looks at how few rows look like, too.
test.use({ business: "accessibility" });
test.describe.configure({ timeout: 120_000 });

test.beforeAll(async ({ server }) => {
  const dead = invoice({ customer: id("cus"), subscription: id("sub"), price: price(), amount: 1_900 });
  const waits = price({ stream: null });
  await server.postWebhooks([
    ...subscriptionLife({ name: "Stays" }).slice(0, 4),
    ...subscriptionLife({ name: "Grows with a name that is much longer than any column would be" }).slice(0, 5),
    ...subscriptionLife({ name: "Leaves" }),
    ...subscriptionLife({ name: "Hanako", from: { amount: 3_000, currency: "jpy" } }).slice(0, 4),
    event("customer.created", customer()),
    event("customer.subscription.created", subscription({ customer: id("cus"), price: waits })),
    event("invoice.paid", { ...dead, customer: null }),
  ]);
  await expect.poll(async () => (await server.api<{ pending: number }>("/api/stripe-events/stats")).pending).toBe(0);
});

const pages = {
  dashboard: "/",
  "dashboard without figures": "/?from=2001-01-01&to=2001-01-31",
  customers: "/customers",
  organizations: "/organizations",
  coaches: "/coaches",
  subscriptions: "/subscriptions",
  plans: "/plans",
  transactions: "/transactions",
  "MRR movements": "/mrr-movements",
  "a list without a result": "/customers?q=nobody-has-this-name",
  "a list with filters": "/mrr-movements?movement=new,churn&currency=usd&from=2020-01-01",
  "Stripe settings": "/settings/stripe",
  healing: "/settings/healing",
  prices: "/settings/prices",
  policies: "/settings/policies",
  currencies: "/settings/currencies",
  "a day without a rate": "/?currency=reporting",
  health: "/settings/health",
  "audit log": "/settings/audit",
  jobs: "/settings/jobs",
  import: "/customers/import",
  team: "/settings/team",
  "API keys": "/settings/api-keys",
  "profile fields": "/settings/profile",
  "your account": "/settings/sessions",
  "no such page": "/nowhere",
  "no such plan": "/plans/prod_nobody",
  "no such customer": "/customers/00000000-0000-7000-8000-000000000000",
};

for (const [name, path] of Object.entries(pages)) {
  test(name, async ({ page, server }) => {
    await signIn(page, server, path);
    await expectGoodInEveryLook(page);
  });
}

test("the pages of a customer, a subscription, a plan and an event", async ({ page, server }) => {
  await signIn(page, server);
  for (const list of ["/customers?q=Grows", "/subscriptions?q=Grows", "/plans?mapped=true", "/settings/stripe?state=dead"]) {
    await page.goto(list);
    const row = page.getByRole("table").getByRole("link").filter({ hasText: /Grows|prod_|invoice/ }).first();
    const href = (await row.getAttribute("href")) ?? "";
    await page.goto(href);
    await expectGoodInEveryLook(page);
  }
});

test("previews beside a list", async ({ page, server }) => {
  await signIn(page, server);
  for (const list of ["/subscriptions?q=Grows", "/plans?mapped=false", "/settings/stripe?state=dead"]) {
    await page.goto(list);
    await page.getByRole("table").getByRole("link").filter({ hasText: /Grows|prod_|invoice/ }).first().click();
    await expect(page.getByRole("complementary", { name: /, preview$/ })).toBeVisible();
    await expectGoodInEveryLook(page);
  }
});

test("dialogs, menus and explanations", async ({ page, server }) => {
  await signIn(page, server);
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await expectGoodInEveryLook(page);
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "How the figures are computed" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectGoodInEveryLook(page);
  await page.keyboard.press("Escape");

  const group = page.getByRole("group", { name: "Period" });
  const popovers = [
    group.getByRole("button").nth(1),
    page.getByRole("button", { name: "vs period before" }),
    page.getByRole("button", { name: "How MRR movement is computed" }),
    page.getByRole("button", { name: /^Account of/ }),
  ];
  for (const button of popovers) {
    await button.click();
    await expect(page.locator(":popover-open")).toBeVisible();
    await expectGoodInEveryLook(page);
    await page.keyboard.press("Escape");
    await expect(page.locator(":popover-open")).toHaveCount(0);
  }

  await page.goto("/customers");
  await page.getByRole("button", { name: "New customer" }).click();
  await expect(page.getByRole("dialog", { name: "New customer" })).toBeVisible();
  await expectGoodInEveryLook(page);
  await page.keyboard.press("Escape");

  await page.goto("/settings/team");
  await page.getByRole("button", { name: "Invite" }).click();
  await expect(page.getByRole("dialog", { name: "Invite to the team" })).toBeVisible();
  await expectGoodInEveryLook(page);
  await page.keyboard.press("Escape");
  await page.goto("/settings/api-keys");
  await page.getByRole("button", { name: "New key" }).click();
  await expect(page.getByRole("dialog", { name: "New API key" })).toBeVisible();
  await expectGoodInEveryLook(page);
  await page.keyboard.press("Escape");

  await page.goto("/subscriptions");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await expect(page.getByRole("dialog", { name: "Filter subscriptions" })).toBeVisible();
  await expectGoodInEveryLook(page);
});

test("the phone's navigation", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, server);
  await page.getByRole("button", { name: "More" }).click();
  await expect(page.getByRole("complementary", { name: "Sidebar" })).toBeVisible();
  await expectAccessible(page);
  await expectNoOverflow(page);
});

test("what a viewer may not see or do", async ({ page, server }) => {
  await signIn(page, server, "/transactions", "viewer");
  for (const path of ["/transactions", "/settings/stripe", "/settings/prices", "/settings/policies", "/settings/health"]) {
    await page.goto(path);
    await expectGoodInEveryLook(page);
  }
});

test("logging in, wrongly and after the session ended", async ({ page, server }) => {
  const staff = await server.addStaff();
  await page.goto("/");
  await expectGoodInEveryLook(page);
  await fillLogin(page, { ...staff, password: "not the password at all" });
  await expect(page.getByRole("alert").filter({ hasText: "wrong" })).toBeVisible();
  await expectGoodInEveryLook(page);
  await fillLogin(page, staff);
  await expect(page.getByRole("heading", { name: "Dashboard" })).toBeVisible();
  await page.context().clearCookies();
  await page.route("**/api/customers**", (route) => route.fulfill({ status: 401, json: { title: "Log in", status: 401 } }));
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Customers" }).click();
  await expect(page.getByRole("dialog", { name: "Log in again" })).toBeVisible();
  // What was asked for waits behind the dialog.
  await expectGoodInEveryLook(page, { waits: true });
});

test("coming in by a link that works, and by one that does not", async ({ page, server }) => {
  const { link } = await server.api<{ link: string }>("/api/users", "POST", { email: "axe@e2e.test", name: "Axel", role: "viewer" });
  await page.goto(link);
  await expect(page.getByLabel("Your name")).toHaveValue("Axel");
  await expectGoodInEveryLook(page);
  await page.goto("/reset/0");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectGoodInEveryLook(page);
});

test("before the first user and before the first event", async ({ page }) => {
  const empty = await CrmServer.start({ withOwner: false });
  try {
    await page.goto(empty.url);
    await expect(page.getByRole("heading", { name: "Create the first account" })).toBeVisible();
    await expectGoodInEveryLook(page);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText("Enter your name.")).toBeVisible();
    await expectGoodInEveryLook(page);
    await page.getByLabel("Your name").fill(owner.name);
    await page.getByLabel("E-mail").fill(owner.email);
    await page.getByLabel("Password").fill(owner.password);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByText("No billing data yet")).toBeVisible();
    await expectGoodInEveryLook(page);
    for (const path of ["/customers", "/plans", "/settings/stripe", "/settings/prices"]) {
      await page.goto(empty.url + path);
      await expectGoodInEveryLook(page);
    }
  } finally {
    await empty.stop();
  }
});

async function expectGoodInEveryLook(page: Page, { waits = false } = {}): Promise<void> {
  await inEveryLook(page, async () => {
    await expect(page.locator("h1")).toBeAttached();
    if (!waits) await expect(page.locator(".skel")).toHaveCount(0);
    await expect(page.getByText("could not be loaded")).toHaveCount(0);
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
}
