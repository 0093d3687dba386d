// Lighthouse's four scores for the pages that people look at most, signed in, at a desk: the median of three visits each,
// because other work on the machine costs speed. ./just lighthouse prints them.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type BrowserContext, chromium } from "@playwright/test";
import { run } from "../support/command.ts";
import { CrmServer, freePort } from "../support/server.ts";
import { subscriptionLife } from "../support/stripe.ts";
import { expect, signIn, test } from "../support/test.ts";

const wanted = 95;
const visits = 3;
const program = resolve(import.meta.dirname, "node_modules/lighthouse/cli/index.js");
const results = resolve(import.meta.dirname, "../results/lighthouse");
const day = 86_400;

test("dashboard and customers", async ({ launchOptions }) => {
  test.setTimeout(300_000);
  const server = await CrmServer.start();
  const profile = mkdtempSync(join(tmpdir(), "crm-lighthouse-"));
  const port = await freePort();
  let browser: BrowserContext | undefined;
  try {
    await fill(server);
    browser = await chromium.launchPersistentContext(profile, {
      ...launchOptions,
      args: [...(launchOptions.args ?? []), `--remote-debugging-port=${port}`],
    });
    await signIn(await browser.newPage(), server);
    mkdirSync(results, { recursive: true });
    const low: string[] = [];
    for (const [name, path] of [["Dashboard", "/"], ["Customers", "/customers"]] as const) {
      const seen: Record<string, number>[] = [];
      for (let visit = 1; visit <= visits; visit += 1) seen.push(await lighthouse(`${name}-${visit}`, server.url + path, port));
      const said = Object.keys(seen[0] ?? {}).map((category) => {
        const scores = seen.map((scores) => scores[category] ?? 0).sort((a, b) => a - b);
        const median = scores[Math.floor(visits / 2)] ?? 0;
        if (median < wanted) low.push(`${name}: ${category} ${median}`);
        return `${category} ${median}${new Set(scores).size > 1 ? ` (${scores.join(", ")})` : ""}`;
      });
      console.log(`${name.padEnd(12)}${said.join(" · ")}`);
    }
    expect(low, `below ${wanted}; the reports are in ${results}`).toEqual([]);
  } finally {
    await browser?.close();
    await server.stop();
    rmSync(profile, { recursive: true, force: true });
  }
});

interface Report {
  finalDisplayedUrl: string;
  categories: Record<string, { title: string; score: number | null }>;
}

/** In the browser at `port`, which is signed in, and stays so. */
async function lighthouse(name: string, url: string, port: number): Promise<Record<string, number>> {
  const file = join(results, `${name.toLowerCase()}.json`);
  const options = ["--preset=desktop", "--disable-storage-reset", "--quiet", "--no-enable-error-reporting"];
  const { code, stderr } = await run("node", [program, url, `--port=${port}`, ...options, "--output=json", `--output-path=${file}`]);
  expect(code, stderr).toBe(0);
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  expect(report.finalDisplayedUrl, "it saw the page, not the log-in").toBe(url);
  return Object.fromEntries(Object.values(report.categories).map(({ title, score }) => [title, Math.round((score ?? 0) * 100)]));
}

/** A year of a business: somebody comes every three days. */
async function fill(server: CrmServer): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  for (let n = 120; n > 0; n -= 1) {
    const life = subscriptionLife({ start: now - n * 3 * day, name: `Customer ${121 - n}` });
    await server.postWebhooks(n % 5 === 0 ? life : life.slice(0, 4));
  }
}
