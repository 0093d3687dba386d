// Pictures of every page for people to look at: ./just screenshots
import type { CrmServer } from "./support/server.ts";
import { subscriptionLife } from "./support/stripe.ts";
import { inEveryLook } from "./support/axe.ts";
import { expect, signIn, test } from "./support/test.ts";

const pages = {
  dashboard: "/",
  "dashboard-finance": "/dashboard/finance",
  "analytics-retention": "/analytics/retention",
  "analytics-movements": "/analytics/movements",
  "analytics-streams": "/analytics/streams",
  "analytics-forecast": "/analytics/forecast",
  customers: "/customers",
  organizations: "/organizations",
  coaches: "/coaches",
  subscriptions: "/subscriptions",
  plans: "/plans",
  transactions: "/transactions",
  "revenue-months": "/revenue/months",
  "revenue-statements": "/revenue/statements",
  "revenue-shares": "/revenue/shares",
  "revenue-rules": "/revenue/rules",
  "mrr-movements": "/mrr-movements",
  "settings-stripe": "/settings/stripe",
  "settings-healing": "/settings/healing",
  "settings-prices": "/settings/prices",
  "settings-policies": "/settings/policies",
  "settings-currencies": "/settings/currencies",
  "settings-health": "/settings/health",
  "settings-audit": "/settings/audit",
  "settings-jobs": "/settings/jobs",
  "customers-import": "/customers/import",
  "settings-team": "/settings/team",
  "settings-api-keys": "/settings/api-keys",
  "settings-profile": "/settings/profile",
  "settings-account": "/settings/sessions",
};
const day = 86_400;

test("login", async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.getByLabel("Password")).toBeVisible();
  await inEveryLook(page, async (look) => {
    await page.screenshot({ path: file("login", look), fullPage: true });
  });
});

test("pages", async ({ page, server }) => {
  test.slow();
  await fill(server);
  await signIn(page, server);
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(server.url + path);
    await inEveryLook(page, async (look) => {
      await expect(page.locator(".skel")).toHaveCount(0);
      await page.screenshot({ path: file(name, look), fullPage: true });
    });
  }
  // What is behind the first row of a list.
  for (const name of ["plans", "subscriptions"] as const) {
    await page.goto(server.url + pages[name]);
    const first = page.getByRole("table").getByRole("link", { name: /\w/ }).and(page.locator(".who__name")).first();
    await page.goto(server.url + ((await first.getAttribute("href")) ?? ""));
    await inEveryLook(page, async (look) => {
      await expect(page.locator(".skel")).toHaveCount(0);
      await page.screenshot({ path: file(name.slice(0, -1), look), fullPage: true });
    });
  }
});

/** A year of a small business: somebody comes every week, and most stay. */
async function fill(server: CrmServer): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  for (let week = 51; week > 0; week -= 1) {
    const life = subscriptionLife({ start: now - week * 7 * day, name: `Customer ${52 - week}` });
    await server.postWebhooks(week % 5 === 0 ? life : life.slice(0, 4));
  }
}

function file(name: string, look: string): string {
  return `screenshots/${name}-${look.replace(" ", "-")}.png`;
}
