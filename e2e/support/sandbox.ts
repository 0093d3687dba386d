// A Stripe of a test's own: the sandbox's program, which sends its webhooks to the server.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { CrmServer } from "./server.ts";

const root = resolve(import.meta.dirname, "../..");
const program = resolve(root, process.env.CARGO_TARGET_DIR ?? "target", "debug/stripe-sandbox");
const key = "sk_test_e2e";

/** What the server is to be started with, to ask the sandbox on this port. */
export function connectedTo(port: number): Record<string, string> {
  return { STRIPE_API_KEY: key, STRIPE_API_BASE: `http://127.0.0.1:${port}`, STRIPE_TIMEOUT_MS: "2000" };
}

interface StripeObject {
  id: string;
  [field: string]: unknown;
}

export class StripeSandbox {
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.#url = url;
  }

  /** Starts it without a business of its own; its clock begins at `start` (Unix seconds) and runs as ours does. */
  static async start(port: number, server: CrmServer, start: number): Promise<StripeSandbox> {
    if (!existsSync(program)) throw new Error(`${program} is missing: run ./just e2e, which builds it`);
    const options = { port, "webhook-url": `${server.url}/webhooks/stripe`, "webhook-secret": server.webhookSecret };
    const all = { ...options, "api-key": key, customers: 0, speed: 1, start };
    const command = Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const child = spawn(program, command, { stdio: "ignore" });
    const sandbox = new StripeSandbox(child, `http://127.0.0.1:${port}/v1/`);
    const until = Date.now() + 10_000;
    while (!(await sandbox.#answers())) {
      if (child.exitCode !== null || Date.now() > until) throw new Error("the sandbox does not start");
      await delay(20);
    }
    return sandbox;
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.#process.once("exit", done));
    this.#process.kill("SIGKILL");
    await ended;
  }

  /** Asks it as Stripe's API is asked: a form. */
  async post(path: string, form: Record<string, string | number>): Promise<StripeObject> {
    const body = new URLSearchParams(Object.entries(form).map(([name, value]) => [name, String(value)]));
    const reply = await fetch(this.#url + path, { method: "POST", headers: { authorization: `Bearer ${key}` }, body });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as StripeObject;
  }

  /** A plan with a monthly price, for individuals. */
  async price(name: string, minor: number, tier: string): Promise<string> {
    const product = await this.post("products", { name });
    const terms = { product: product.id, currency: "usd", unit_amount: minor, "recurring[interval]": "month" };
    const price = await this.post("prices", { ...terms, "metadata[stream]": "rev1_individual", "metadata[tier]": tier });
    return price.id;
  }

  /** Somebody who pays for a price from now on. */
  async subscriber(name: string, price: string): Promise<StripeObject> {
    const email = `${name.toLowerCase().replace(/\W/g, ".")}@example.com`;
    const customer = await this.post("customers", { name, email });
    return this.post("subscriptions", { customer: customer.id, "items[0][price]": price });
  }

  async #answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.#url}products`, { signal: AbortSignal.timeout(1_000) })).status === 401;
    } catch {
      return false;
    }
  }
}
