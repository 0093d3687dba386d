// The server dies in the middle of deliveries, several times: what it acknowledged is applied, and once. `./just trust
// --kills 100` sets how often, and during how many.
import { expect, test } from "@playwright/test";
import { CrmServer } from "../support/server.ts";
import { type StripeEvent, seconds, subscriptionLife } from "../support/stripe.ts";

const deliveries = Number(process.env.CRM_KILL_WEBHOOKS ?? 2_000);
const concurrency = 16;
const kills = Number(process.env.CRM_KILLS ?? 4);
// So many acknowledged, in steps of any length but none.
const killedAfter = Array.from({ length: kills }, (_, kill) => Math.floor(((kill + 0.3 + 0.6 * Math.random()) / kills) * deliveries));
const movementsOf = [0, 0, 0, 1, 1, 2, 3];
const day = 86_400;

test("kill -9 in the middle of webhooks: every acknowledged event is applied exactly once", async () => {
  test.setTimeout(120_000 + kills * 15_000);
  const server = await CrmServer.start();
  try {
    const { events, expected } = business();
    const waiting = delivered(events);
    const acknowledged = new Set<string>();
    const figures = { posts: 0, refused: 0, kills: 0, restarted: 0 };
    let up: Promise<void> = Promise.resolve();

    const began = Date.now();
    const deliver = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        await up;
        const answered = await post(server, next);
        figures.posts += 1;
        if (answered) {
          acknowledged.add(next.id);
        } else {
          figures.refused += 1;
          waiting.unshift(next);
        }
        const due = killedAfter[figures.kills];
        if (due !== undefined && acknowledged.size >= due) {
          figures.kills += 1;
          // One after the other: it is up again before it dies again.
          up = up.then(() => dieAndComeBack(server)).then((took) => void (figures.restarted += took));
        }
      }
    };
    await Promise.all(Array.from({ length: concurrency }, deliver));
    await up;
    expect(figures.kills).toBe(killedAfter.length);
    expect(figures.refused, "some deliveries met a dead server").toBeGreaterThan(0);
    expect(acknowledged.size).toBe(events.length);

    const stats = () => server.api<Stats>("/api/stripe-events/stats");
    await expect.poll(async () => (await stats()).pending, { timeout: 60_000 }).toBe(0);
    const took = Date.now() - began;

    const stored = await everyEvent(server);
    expect(stored.filter((event) => event.state !== "done")).toEqual([]);
    expect(new Set(stored.map((event) => event.id))).toEqual(acknowledged);
    expect(stored).toHaveLength(events.length);
    expect(await stats()).toMatchObject({ pending: 0, done: events.length, ignored: 0, parked: 0, dead: 0 });

    const health = await server.api<{ mrr_difference: { minor: number }[] }>("/api/system/health");
    expect(health.mrr_difference.filter((money) => money.minor !== 0)).toEqual([]);
    expect(await totals(server, "customers")).toMatchObject({ total: expected.customers });
    expect(await totals(server, "subscriptions")).toMatchObject({ total: expected.subscriptions, sums: sums(expected.mrr) });
    expect(await totals(server, "transactions")).toMatchObject({ total: expected.payments, sums: sums(expected.paid) });
    expect(await totals(server, "mrr-movements")).toMatchObject({ total: expected.movements, sums: sums(expected.mrr) });
    console.log(
      `kill -9: ${acknowledged.size} events acknowledged in ${figures.posts} posts, ${figures.kills} kills, ` +
        `${figures.refused} posts without an answer, ${figures.restarted} ms down, all applied once after ${took} ms; ` +
        `${expected.payments} transactions, ${expected.movements} movements, difference 0`,
    );
  } finally {
    await server.stop();
  }
});

interface Stats {
  pending: number;
}

/** Lives of every length and of both shapes, and what they must come to. */
function business() {
  const expected = { customers: 0, subscriptions: 0, payments: 0, movements: 0, mrr: 0, paid: 0 };
  const events: StripeEvent[] = [];
  for (let life = 0; events.length < deliveries; life += 1) {
    const start = seconds() - (40 + (life % 300)) * day;
    const whole = subscriptionLife({ start, name: `Customer ${life}`, shape: life % 3 === 0 ? "pre-basil" : "current" });
    const part = whole.slice(0, Math.min([6, 5, 4, 6, 3, 5][life % 6] ?? 6, deliveries - events.length));
    events.push(...part);
    expected.customers += 1;
    expected.subscriptions += part.length > 1 ? 1 : 0;
    expected.payments += part.length > 3 ? 1 : 0;
    expected.movements += movementsOf[part.length] ?? 0;
    expected.mrr += part.length === 5 ? 2_900 : part.length === 3 || part.length === 4 ? 1_900 : 0;
    expected.paid += part.length > 3 ? 1_900 : 0;
  }
  return { events, expected };
}

/** In an order of their own, the same in each run, and every tenth twice. */
function delivered(events: StripeEvent[]): StripeEvent[] {
  const all = events.flatMap((event, index) => (index % 10 === 0 ? [event, event] : [event]));
  const key = (index: number) => (index * 2_654_435_761) % 4_294_967_296;
  // Neighbours stay near each other, as at Stripe: shuffled within a few hundred.
  return all
    .map((event, index) => ({ event, at: index + (key(index + 1) / 4_294_967_296) * 200 }))
    .sort((a, b) => b.at - a.at)
    .map(({ event }) => event);
}

async function post(server: CrmServer, event: StripeEvent): Promise<boolean> {
  try {
    const response = await server.postWebhook(event);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // The connection broke: nobody knows whether it is stored, so that it is sent again.
    return false;
  }
}

async function dieAndComeBack(server: CrmServer): Promise<number> {
  const died = Date.now();
  await server.kill9();
  await server.restart();
  return Date.now() - died;
}

async function everyEvent(server: CrmServer): Promise<{ id: string; state: string }[]> {
  const all: { id: string; state: string }[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: typeof all; next_cursor: string | null } = await server.api(`/api/stripe-events?limit=200${query}`);
    all.push(...page.items);
    cursor = page.next_cursor;
  }
  return all;
}

async function totals(server: CrmServer, list: string): Promise<unknown> {
  return server.api(`/api/${list}?limit=1&count=exact`);
}

function sums(amount: number) {
  return [{ currency: "usd", minor: amount }];
}
