// What a customer paid and owes, how their MRR grew, and how they moved between tiers: on their page, from Stripe's events.
import { expect, signIn, test } from "../support/test.ts";
import { type StripeObject, event, id, invoice, seconds, subscriptionLife } from "../support/stripe.ts";

test("a customer's page shows paid, open, MRR over time and the move to another tier", async ({ page, server }) => {
  const life = subscriptionLife({ name: "Olga Outstanding" }).slice(0, 5);
  const [person, , , , upgraded] = life.map((step) => step.data.object as StripeObject);
  const items = upgraded?.items as { data: { price: StripeObject }[] };
  const due = {
    id: id("in"),
    customer: String(person?.id),
    subscription: String(upgraded?.id),
    price: items.data[0]!.price,
    amount: 2900,
  };
  await server.postWebhooks([...life, event("invoice.finalized", invoice({ ...due, status: "open" }))]);

  const found = await server.api<{ items: { id: string }[] }>("/api/customers?q=olga");
  await signIn(page, server, `/customers/${found.items[0]?.id}`);
  const glance = page.getByRole("region", { name: "At a glance" });
  const tile = (label: string) => glance.getByRole("article").filter({ has: page.getByRole("heading", { name: label }) });
  await expect(tile("MRR")).toContainText("$29.00");
  await expect(tile("Lifetime value")).toContainText("$19.00");
  await expect(tile("Lifetime value")).toContainText("1 payment");
  await expect(tile("Outstanding")).toContainText("$29.00");
  await expect(tile("Outstanding")).toContainText("1 invoice of");
  await expect(tile("Went back")).toContainText("$0.00");

  await expect(page.getByRole("region", { name: "MRR over time" }).getByRole("img")).toBeVisible();
  const journey = page.getByRole("region", { name: "Lifecycle" });
  await expect(journey.getByText("Standard to Premium")).toBeVisible();
  await expect(journey.getByText("MRR +$10.00")).toBeVisible();
  await expect(page.getByRole("region", { name: "Where they came from" })).toContainText("Known since");

  // Paid now: nothing is open any more, without a reload.
  await server.postWebhooks([event("invoice.paid", invoice(due), seconds() + 1)]);
  await expect(tile("Outstanding")).toContainText("Nothing is open");
  await expect(tile("Lifetime value")).toContainText("$48.00");

  await tile("Lifetime value").getByRole("link").click();
  await expect(page).toHaveURL(/\/transactions\?customer_id=/);
  await expect(page.getByRole("table").getByRole("row")).toHaveCount(3);
});
