// The running server keeps to its own document: schemathesis makes thousands of requests of it, sensible ones and mad ones,
// and every reply must have a documented status and the documented form, and none may be a fault of ours.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "../support/command.ts";
import { CrmServer } from "../support/server.ts";
import { subscriptionLife } from "../support/stripe.ts";
import { expect, test } from "../support/test.ts";

const results = resolve(import.meta.dirname, "../results/contract");
const program = resolve(import.meta.dirname, "../..", process.env.CRM_SCHEMATHESIS ?? ".tools/schemathesis");
const settings = readFileSync(resolve(import.meta.dirname, "../support/schemathesis.toml"), "utf8");

test.describe.configure({ timeout: 300_000 });

test("no fault, no undocumented status, no reply of another form", async () => {
  const server = await CrmServer.start({ settings: { CRM_RATE_LIMIT: "0", CRM_RATE_LIMIT_ANONYMOUS: "0" } });
  try {
    const things = await fill(server);
    const config = join(results, "schemathesis.toml");
    mkdirSync(results, { recursive: true });
    writeFileSync(config, settings + dictionaries(things));
    // Once as a person, who may do everything, and once as another program, which is somebody else to every handler.
    const person = (await server.authorization()).authorization;
    const made = await schemathesis(server, config, person, ["--phases", "examples,coverage,fuzzing", "--max-examples", "20"]);
    const scopes = (await server.api<{ permissions: string[] }>("/api/auth/me")).permissions;
    const suitable = scopes.filter((scope) => !["users:write", "api_keys:write"].includes(scope));
    const key = await server.api<{ key: string }>("/api/api-keys", "POST", { name: "schemathesis", scopes: suitable });
    // What is for people is closed to it: 403 is no warning here.
    const byKey = await schemathesis(server, config, `Bearer ${key.key}`, ["--phases", "coverage", "--warnings", "off"]);
    console.log(`schemathesis: ${made} requests as a person, ${byKey} as a program, and no finding`);
    expect(server.log()).not.toMatch(/panicked|"request failed"/);
  } finally {
    await server.stop();
  }
});

type Things = Record<string, (string | number)[]>;

/** One of everything, so that requests get further than "no such thing". */
async function fill(server: CrmServer): Promise<Things> {
  const lives = ["Stays", "Grows", "Leaves"].map((name) => subscriptionLife({ name }));
  await server.postWebhooks(lives.flatMap((life, index) => life.slice(0, 4 + index)));
  await expect.poll(async () => (await server.api<{ pending: number }>("/api/stripe-events/stats")).pending).toBe(0);
  const create = async (path: string, body: unknown = {}) => (await server.api<{ id: string }>(path, "POST", body)).id;
  const ids = async (path: string) => (await server.api<{ items: { id: string }[] }>(path)).items.map(({ id }) => id);

  const customer = await create("/api/customers", { name: "Ada", email: "ada@e2e.test", tags: ["press"] });
  const note = await create(`/api/customers/${customer}/notes`, { body: "Asked for a quote." });
  await server.api("/api/profile-fields", "PUT", { items: [{ key: "goal", label: "Goal", kind: "text" }] });
  for (const goal of ["Run", "Rest"]) await server.api(`/api/customers/${customer}/profiles`, "POST", { answers: { goal } });
  const headers = { ...(await server.authorization()), "content-type": "text/csv" };
  const file = await fetch(`${server.url}/api/customers/imports?file_name=fair.csv`, {
    method: "POST",
    headers,
    body: "email,name\ngrace@e2e.test,Grace\nno address,Nobody\n",
  });
  const { id: imported } = (await file.json()) as { id: string };
  await server.api(`/api/customers/imports/${imported}/run`, "POST", { mapping: ["email", "name"] });
  await server.api("/api/customers/bulk", "POST", { action: { add_tags: ["fair"] }, all_matching: { q: "Ada" } });
  const view = await create("/api/views", { list: "/customers", name: "Press", params: { tag: "press" }, shared: true });

  const spare = await server.addStaff("viewer");
  const users = await server.api<{ items: { id: string; email: string }[] }>("/api/users");
  const spareUser = users.items.find(({ email }) => email === spare.email)?.id ?? "";
  await logIn(server, spare);
  const sessions = await server.api<{ id: string }[] | { items: { id: string }[] }>(`/api/users/${spareUser}/sessions`);
  const spareSessions = (Array.isArray(sessions) ? sessions : sessions.items).map(({ id }) => id);
  const reset = await server.api<{ link: string }>(`/api/users/${spareUser}/password-reset`, "POST");
  const invited = await server.api<{ link: string }>("/api/users", "POST", { email: "new@e2e.test", name: "New", role: "viewer" });
  const key = await server.api<{ api_key: { id: string } }>("/api/api-keys", "POST", { name: "Spare", scopes: ["jobs:read"] });
  return {
    customers: [customer, ...(await ids("/api/customers?limit=3"))],
    notes: [note],
    profile_numbers: [1, 2],
    imports: [imported],
    jobs: await ids("/api/jobs"),
    subscriptions: await ids("/api/subscriptions?limit=3"),
    transactions: await ids("/api/transactions?limit=3"),
    plans: await ids("/api/plans?limit=3"),
    prices: await ids("/api/prices?limit=3"),
    stripe_events: await ids("/api/stripe-events?limit=3"),
    views: [view],
    spare: [spareUser, ...spareSessions],
    spare_keys: [key.api_key.id],
    links: [reset.link, invited.link].map((link) => link.split("/").at(-1) ?? ""),
  };
}

async function logIn(server: CrmServer, staff: { email: string; password: string }): Promise<void> {
  const response = await fetch(`${server.url}/api/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: staff.email, password: staff.password }),
  });
  expect(response.status).toBe(200);
}

function dictionaries(things: Things): string {
  const entry = ([name, values]: [string, (string | number)[]]) => `\n[dictionaries.${name}]\nvalues = ${JSON.stringify(values)}\n`;
  return Object.entries(things).map(entry).join("");
}

/** Runs it, shows what it found, and gives the number of requests. */
async function schemathesis(server: CrmServer, config: string, authorization: string, more: string[]): Promise<number> {
  const command = ["-m", "schemathesis.cli", "--config-file", config, "run", `${server.url}/api/openapi.json`];
  const args = [...command, "-H", `Authorization: ${authorization}`, "--no-color", ...more];
  const env = { PYTHONPATH: program, PYTHONDONTWRITEBYTECODE: "1", COLUMNS: "160" };
  const { code, stdout, stderr } = await run("python3", args, { cwd: results, env });
  const said = stdout + stderr;
  const requests = Number(said.match(/(\d+) generated/)?.[1] ?? 0);
  expect(code, said).toBe(0);
  expect(requests, said).toBeGreaterThan(1_000);
  return requests;
}
