// A dispute takes a payment back of the client and of the shares, and gives it back when it is won.
import { column, listTotal, minor, sumOf } from "../support/rows.ts";
import { coached, dispute, type Thing } from "../support/revenue.ts";
import { event, id } from "../support/stripe.ts";
import { expect, signIn, settled, test } from "../support/test.ts";

test("what a refund left is disputed, lost by one client and won by another", async ({ page, server }) => {
  const gym = await server.api<Thing>("/api/organizations", "POST", { name: "Dispute Dojo", kind: "gym" });
  const coach = await server.api<Thing>("/api/customers", "POST", { name: "Dora Coach" });
  await server.api("/api/revenue/share-rules", "POST", {
    organization_id: gym.id,
    coach_bp: 3_000,
    organization_bp: 1_000,
    starts_at: "2026-01-01T00:00:00Z",
  });
  const now = Math.floor(Date.now() / 1000);
  const names = ["Dan Disputes", "Dee Disputes"];
  const paid = [];
  for (const name of names) paid.push(await coached(server, name, gym.id, coach.id));
  const [dan, dee] = paid;
  if (!dan || !dee) throw new Error("two payments");
  const refund = { id: id("re"), object: "refund", amount: 999, currency: "usd", charge: null, created: now, status: "succeeded", reason: null };
  await server.postWebhooks([
    event("refund.created", { ...refund, payment_intent: `pi_${dan.id.slice(3)}` }),
    dispute(dan, "needs_response", 1_999, [], now + 1, "created"),
    dispute(dan, "needs_response", 1_999, [-1_999], now + 1, "funds_withdrawn"),
    dispute(dee, "needs_response", 1_999, [-1_999], now + 1, "funds_withdrawn"),
  ]);
  await settled(server);

  await signIn(page, server, `/revenue/shares?coach=${coach.id}`);
  await expect.poll(async () => (await listTotal(page)).count).toBe(5);
  expect(await listTotal(page).then(({ sums }) => sums.map(minor))).toEqual([0]);
  expect((await column(page, "Shares", "Kind")).toSorted()).toEqual(["Dispute", "Dispute", "Payment", "Payment", "Refund"]);
  expect(await sumOf(page, "Shares", "Platform")).toBe(0);
  await page.goto(`${server.url}/transactions?q=Dee+Disputes`);
  await expect.poll(() => column(page, "Transactions", "Status")).toEqual(["Disputed", "Paid"]);

  await server.postWebhooks([
    dispute(dan, "lost", 1_999, [-1_999], now + 1, "closed"),
    dispute(dee, "won", 1_999, [-1_999, 1_999], now + 1, "closed"),
  ]);
  await settled(server);
  await page.reload();
  await expect.poll(() => column(page, "Transactions", "Status")).toEqual(["Dispute won", "Paid"]);
  await page.goto(`${server.url}/transactions?kind=dispute&status=disputed&q=Dan+Disputes`);
  await expect.poll(() => column(page, "Transactions", "Amount")).toEqual(["−$19.99"]);
  await page.goto(`${server.url}/revenue/shares?coach=${coach.id}`);
  // What Dee's dispute took back is taken back itself: her payment is shared as before.
  await expect.poll(async () => (await listTotal(page)).sums.map(minor)).toEqual([600]);
  expect(await column(page, "Shares", "Kind")).toContain("Dispute, taken back");
});
