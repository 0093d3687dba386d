// What every spec imports instead of @playwright/test: each worker has a server, each test a page that is signed in.
import { type Locator, type Page, expect, test as base } from "@playwright/test";
import { CrmServer, type Role, type Staff } from "./server.ts";

export { expect };

interface WorkerFixtures {
  /** Specs that name another business than others do get a server of their own, and an empty database. */
  business: string;
  /** One for all tests of a worker: a test must not count on an empty database, nor on the number of rows in it. */
  server: CrmServer;
}

interface TestFixtures {
  /** A page of the app as the owner sees it, at `/`. */
  signedIn: Page;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  business: ["shared", { option: true, scope: "worker" }],

  server: [
    async ({ business: _ }, use) => {
      const server = await CrmServer.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  signedIn: async ({ page, server }, use) => {
    await signIn(page, server);
    await use(page);
  },

  page: async ({ page }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await use(page);
    if (errors.length > 0) throw new Error(`the page threw:\n${errors.join("\n")}`);
  },
});

/** Signs in as somebody new through the API, which leaves the browser the session's cookies, and opens `path`. */
export async function signIn(page: Page, server: CrmServer, path = "/", role: Role = "owner"): Promise<Staff> {
  const staff = await server.addStaff(role);
  // Any page of the server's origin will do; this one runs no code that could see the session come and go.
  await page.goto(`${server.url}/healthz`);
  const status = await page.evaluate(
    async (credentials) => {
      const headers = { "content-type": "application/json" };
      const reply = await fetch("/api/auth/login", { method: "POST", headers, body: JSON.stringify(credentials) });
      return reply.status;
    },
    { email: staff.email, password: staff.password },
  );
  if (status !== 200) throw new Error(`login answered ${status}`);
  await page.goto(`${server.url}${path}`);
  await expect(page.getByRole("button", { name: /^Account of/ })).toBeVisible();
  return staff;
}

/** Logs in through the form. */
export async function fillLogin(page: Page | Locator, { email, password }: Staff): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
}

/** Until all that came in is applied. */
export async function settled(server: CrmServer): Promise<void> {
  const pending = async () => (await server.api<{ pending: number }>("/api/stripe-events/stats")).pending;
  await expect.poll(pending, { timeout: 60_000 }).toBe(0);
}

/** Holds something back until the test lets it go on: `await held.until` there, `held.release()` here. */
export function hold(): { until: Promise<void>; release: () => void } {
  let release = () => {};
  const until = new Promise<void>((done) => (release = done));
  return { until, release: () => release() };
}
