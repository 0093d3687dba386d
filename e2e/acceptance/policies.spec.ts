// Policies: what another one would do to MRR is said before it is saved.
import { customer, event, price, subscription } from "../support/stripe.ts";
import { expect, signIn, test } from "../support/test.ts";

// It says whom of everybody a policy concerns.
test.use({ business: "policies" });

test("a policy says what it would do before it is saved", async ({ page, server }) => {
  const monthly = price({ amount: 1_900, tier: "tier1" });
  const lives = [
    { name: "Lena Leaving", more: { cancelAtPeriodEnd: true } },
    { name: "Stan Staying", more: {} },
  ];
  await server.postWebhooks(
    lives.flatMap(({ name, more }) => {
      const person = customer({ name });
      const bought = subscription({ customer: person.id, price: monthly, ...more });
      return [event("customer.created", person), event("customer.subscription.created", bought)];
    }),
  );
  await signIn(page, server, "/settings/policies");
  const counts = page.getByLabel("A cancellation counts");
  await counts.selectOption({ label: "When it is asked for" });
  await expect(page.getByText("1 customer is affected. The movements of 1 customer are corrected.")).toBeVisible();
  await expect(page.getByText("REV 1 Individual, Basic: $19.00 becomes $0.00 MRR")).toBeVisible();
  // As it is saved, nothing would change.
  await counts.selectOption({ label: "At the end of the paid period" });
  await expect(page.getByText(/is affected/)).toHaveCount(0);
  await page.getByLabel("Limited discounts reduce MRR while they run").check();
  await expect(page.getByText("No customer has a discount or a cancellation that would count differently.")).toBeVisible();
  // Asking changed nothing.
  await page.reload();
  await expect(counts).toHaveValue("period_end");
});
