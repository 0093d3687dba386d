// A server that has the key of a Stripe of its own, which sends it webhooks.
import { StripeSandbox, connectedTo } from "./sandbox.ts";
import { CrmServer, freePort } from "./server.ts";
import { test as base } from "./test.ts";

/** What a test asks for as `stripe`: `begin` fills the sandbox, once for a worker. */
export async function connected<Stripe extends { sandbox: StripeSandbox }>(
  begin: (sandbox: StripeSandbox) => Promise<Stripe>,
) {
  // The sandbox's port is the server's setting, and the server's address the sandbox's.
  const port = await freePort();
  const now = Math.floor(Date.now() / 1000);
  return base.extend<object, { stripe: Stripe }>({
    server: [
      async ({ business: _ }, use) => {
        const server = await CrmServer.start({ settings: connectedTo(port) });
        await use(server);
        await server.stop();
      },
      { scope: "worker", timeout: 120_000 },
    ],
    stripe: [
      async ({ server }, use) => {
        const sandbox = await StripeSandbox.start(port, server, now);
        await use(await begin(sandbox));
        await sandbox.stop();
      },
      { scope: "worker" },
    ],
  });
}
