// A page that is left while it refreshes its session never sees the reply: the browser keeps a cookie that is spent.
import { expect, signIn, test } from "../support/test.ts";

test("a reply to a refresh that got lost ends no session", async ({ page, server }) => {
  await signIn(page, server, "/customers");
  await page.route(
    "**/api/auth/refresh",
    async (route) => {
      const cookies = await page.context().cookies(`${server.url}/api/auth/refresh`);
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      const reply = await fetch(route.request().url(), { method: "POST", headers: { cookie } });
      expect(reply.status).toBe(200);
      await route.abort();
    },
    { times: 1 },
  );
  await page.reload();
  await expect(page.getByText("Prometheus could not be loaded")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Customers", level: 1 })).toBeVisible();
});
