// The real server as a test's own: its own port, its own directory, its own PostgreSQL.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type StripeEvent, sign } from "./stripe.ts";

const root = resolve(import.meta.dirname, "../..");
const program = resolve(root, process.env.CARGO_TARGET_DIR ?? "target", "debug/crm-api");
// A first start makes a database cluster and applies every migration.
const startsWithin = 60_000;

export const owner = {
  email: "owner@e2e.test",
  name: "Olivia Owner",
  password: "a long enough passphrase",
};

export type Role = "owner" | "admin" | "analyst" | "marketer" | "support" | "viewer";

export interface Staff {
  email: string;
  name: string;
  password: string;
}

export class CrmServer {
  readonly url: string;
  readonly webhookSecret = `whsec_${randomBytes(24).toString("hex")}`;
  readonly #directory: string;
  readonly #environment: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;
  #accessToken: Promise<string> | undefined;
  #staff = 0;

  private constructor(port: number, settings: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`;
    this.#directory = mkdtempSync(join(tmpdir(), "crm-e2e-"));
    // As root, PostgreSQL runs as another user, who must get through.
    chmodSync(this.#directory, 0o755);
    this.#environment = {
      ...keep(["PATH", "HOME", "LANG", "TMPDIR", "CRM_PG_BIN", "RUST_BACKTRACE"]),
      CRM_HOST: "127.0.0.1",
      CRM_PORT: String(port),
      CRM_DATA_DIR: join(this.#directory, "data"),
      CRM_PUBLIC_URL: this.url,
      CRM_LOG: "info",
      STRIPE_WEBHOOK_SECRETS: this.webhookSecret,
      ...settings,
    };
  }

  /** Starts a server with an empty database, and an owner to sign in as unless `withOwner` is false. */
  static async start(options: { settings?: Record<string, string>; withOwner?: boolean } = {}): Promise<CrmServer> {
    if (!existsSync(program)) throw new Error(`${program} is missing: run ./just e2e, which builds it`);
    const server = new CrmServer(await freePort(), options.settings ?? {});
    try {
      if (options.withOwner ?? true) await server.#createUser(owner, "owner");
      await server.#start();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Runs a command of the server's program beside it; gives what it printed. */
  async run(command: string[], input = ""): Promise<string> {
    const child = spawn(program, command, { cwd: this.#directory, env: this.#environment });
    let printed = "";
    child.stdout.on("data", (data) => (printed += data));
    child.stderr.on("data", (data) => (printed += data));
    child.stdin.end(input);
    const code = await new Promise<number | null>((done, failed) => child.on("close", done).on("error", failed));
    if (code !== 0) throw new Error(`crm-api ${command.join(" ")} ended with ${code}:\n${printed}`);
    return printed;
  }

  /** Sends an event as Stripe does. Give a `signature` to send a wrong one. */
  async postWebhook(event: StripeEvent | string, signature?: string): Promise<Response> {
    const body = typeof event === "string" ? event : JSON.stringify(event);
    return fetch(`${this.url}/webhooks/stripe`, {
      method: "POST",
      headers: {
        "content-type": "application/json; charset=utf-8",
        "stripe-signature": signature ?? sign(body, this.webhookSecret),
      },
      body,
    });
  }

  /** Sends events one after the other; fails unless each is acknowledged. */
  async postWebhooks(events: StripeEvent[]): Promise<void> {
    for (const event of events) {
      const response = await this.postWebhook(event);
      if (!response.ok) throw new Error(`${event.type}: ${response.status} ${await response.text()}`);
    }
  }

  /** Somebody new to sign in as: one account may try only a few times a minute, so that each test brings its own. */
  async addStaff(role: Role = "owner"): Promise<Staff> {
    this.#staff += 1;
    const staff = { email: `${role}-${this.#staff}@e2e.test`, name: `Sam ${role} ${this.#staff}`, password: owner.password };
    await this.#createUser(staff, role);
    return staff;
  }

  /** Asks the API as the owner. */
  async api<T>(path: string, method = "GET", body?: unknown): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(await this.authorization()), "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** The owner's log-in, for requests that send something else than JSON. */
  async authorization(): Promise<{ authorization: string }> {
    this.#accessToken ??= this.#logIn();
    return { authorization: `Bearer ${await this.#accessToken}` };
  }

  /** Ends the server in order, with its database, and removes its directory. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Ends the server as a power cut would. */
  async kill9(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Starts it again with what it has stored, on the same port; ends it in order first when it still runs. */
  async restart(settings: Record<string, string> = {}): Promise<void> {
    await this.#end("SIGTERM");
    Object.assign(this.#environment, settings);
    await this.#start();
  }

  /** What the server has logged so far. */
  log(): string {
    const file = this.#logFile();
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  async #createUser({ email, name, password }: Staff, role: Role): Promise<void> {
    const command = ["user", "create", "--email", email, "--name", name, "--role", role, "--password-stdin"];
    await this.run(command, `${password}\n`);
  }

  async #logIn(): Promise<string> {
    const response = await fetch(`${this.url}/api/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: owner.email, password: owner.password }),
    });
    if (!response.ok) throw new Error(`login: ${response.status} ${await response.text()}`);
    const { access_token } = (await response.json()) as { access_token: string };
    return access_token;
  }

  async #start(): Promise<void> {
    const log = createWriteStream(this.#logFile(), { flags: "a" });
    const child = spawn(program, ["serve"], { cwd: this.#directory, env: this.#environment, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#process = child;
    const until = Date.now() + startsWithin;
    while (!(await isReady(this.url))) {
      if (hasEnded(child)) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}\n${this.#logTail()}`);
      if (Date.now() > until) throw new Error(`the server is not ready after ${startsWithin} ms\n${this.#logTail()}`);
      await delay(20);
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || hasEnded(child)) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
  }

  #logFile(): string {
    return join(this.#directory, "server.log");
  }

  #logTail(): string {
    return this.log().split("\n").slice(-40).join("\n");
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function keep(names: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(names.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
}
