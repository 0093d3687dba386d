// The API as other programs use it: a generated client, curl as docs/API-DESIGN.md shows it, and Swagger UI with an API key.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../support/command.ts";
import { CrmServer } from "../support/server.ts";
import { expect, test } from "../support/test.ts";

const root = resolve(import.meta.dirname, "../..");

async function makeKey(server: CrmServer, scopes: string[]): Promise<string> {
  return (await server.api<{ key: string }>("/api/api-keys", "POST", { name: "Reports", scopes })).key;
}

test("a client generated from the document is type-checked and lists customers with an API key", async ({ server }) => {
  const client = resolve(root, "e2e/client");
  const npx = async (...args: string[]) => {
    const { code, stdout, stderr } = await run("npx", args, { cwd: client });
    expect(code, stdout + stderr).toBe(0);
  };
  await npx("openapi-ts", "--input", join(root, "openapi/crm-api.json"), "--output", "generated");
  await npx("tsc", "--project", ".");

  const tag = `client-${Date.now()}`;
  for (const name of ["Žofia", "Ada", "Grace"]) await server.api("/api/customers", "POST", { name, tags: [tag] });
  const program = join(client, "built/list-customers.js");
  const key = await makeKey(server, ["customers:read"]);
  const listed = await run("node", [program, server.url, key, tag]);
  expect(listed.code, listed.stderr).toBe(0);
  expect(listed.stderr).toContain("2 pages");
  const rows = listed.stdout.trim().split("\n").map((line) => JSON.parse(line) as { name: string; mrr: unknown });
  expect(rows.map(({ name }) => name)).toEqual(["Ada", "Grace", "Žofia"]);

  const without = await run("node", [program, server.url, await makeKey(server, ["jobs:read"]), tag]);
  expect(without.code).not.toBe(0);
  expect(without.stderr).toContain("403 The API key “Reports” lacks the scope customers:read.");
});

test("the curl examples of docs/API-DESIGN.md answer as it says", async () => {
  const secret = "whsec_of_the_examples";
  const server = await CrmServer.start({ withOwner: false, settings: { STRIPE_WEBHOOK_SECRETS: secret } });
  const directory = mkdtempSync(join(tmpdir(), "crm-curl-"));
  try {
    const owner = ["user", "create", "--email", "owner@demo.test", "--name", "Grace", "--role", "owner", "--password-stdin"];
    await server.run(owner, "prometheus-demo\n");
    const guide = readFileSync(join(root, "docs/API-DESIGN.md"), "utf8");
    const blocks = [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
    // As it stands there, only on another port; and each curl notes which status it got.
    const examples = blocks.join("\n").replaceAll("http://localhost:8080", server.url);
    const script = `set -euo pipefail
curl() { command curl --write-out '%{stderr}status=%{http_code}\\n' "$@"; }
${examples}`;
    const env = { STRIPE_WEBHOOK_SECRET: secret };
    const { code, stdout, stderr } = await run("bash", [], { cwd: directory, env, input: script });
    expect(code, stdout + stderr).toBe(0);
    // "200 ..." stands for a question that is asked until the answer is the right one.
    const promised = [...examples.matchAll(/^# (\d{3})( \.\.\.)?:/gm)].map(([, status, more]) => (more ? `(${status} )+` : `${status} `));
    const got = [...stderr.matchAll(/status=(\d{3})/g)].map((match) => `${match[1]} `).join("");
    expect(got, stderr).toMatch(new RegExp(`^${promised.join("")}$`));
    expect(promised.length, "there are examples").toBeGreaterThan(12);
    expect(readFileSync(join(directory, "customers.csv"), "utf8")).toContain("ada@example.com,Ada,");
    console.log(`API-DESIGN.md: ${promised.length} curl examples, each with the status that it promises`);
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
});

test("Swagger UI, signed in with an API key, gets an answer", async ({ page, server }) => {
  const { id } = await server.api<{ id: string }>("/api/customers", "POST", { name: "Swagger Svensson" });
  const key = await makeKey(server, ["customers:read"]);
  await page.goto(`${server.url}/docs`);
  await page.getByRole("button", { name: "Authorize", exact: true }).first().click();
  const scheme = page.locator(".auth-container").filter({ hasText: "api_key" });
  await scheme.getByRole("textbox").fill(key);
  await scheme.getByRole("button", { name: "Apply credentials" }).click();
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  const operation = page.locator("#operations-customers-find_customer");
  await operation.getByRole("button").first().click();
  await operation.getByPlaceholder("id", { exact: true }).fill(id);
  await operation.getByRole("button", { name: "Execute" }).click();
  const reply = operation.locator(".live-responses-table .response").first();
  await expect(reply).toContainText("200");
  await expect(reply).toContainText("Swagger Svensson");
});
