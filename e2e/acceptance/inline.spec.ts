// A customer's fields changed where they stand, and the preview beside every list.
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoOverflow, inEveryLook } from "../support/axe.ts";
import { subscriptionLife } from "../support/stripe.ts";
import { type CrmServer } from "../support/server.ts";
import { expect, signIn, test } from "../support/test.ts";

interface Person {
  id: string;
  version: number;
}

async function person(server: CrmServer, name: string, more: object = {}): Promise<Person> {
  return server.api<Person>("/api/customers", "POST", { name, ...more });
}

const profile = (page: Page) => page.getByRole("region", { name: "Profile" });

test("Enter saves, Escape cancels, Undo takes it back, a mistake is said at the field", async ({ page, server }) => {
  await person(server, "Taken", { email: "inline-taken@example.com" });
  const { id } = await person(server, "Inga Inline", { tags: ["one"] });
  await signIn(page, server, `/customers/${id}`);
  const { keyboard } = page;
  const phone = profile(page).getByRole("button", { name: "Change phone" });
  await phone.focus();
  await keyboard.press("Enter");
  await expect(profile(page).getByLabel("Phone")).toBeFocused();
  await keyboard.type("+41 44 000");
  await keyboard.press("Escape");
  await expect(phone).toBeFocused();
  await expect(profile(page).getByText("+41 44 000")).toBeHidden();

  await keyboard.press("Enter");
  await keyboard.type("+41 44 111");
  await keyboard.press("Enter");
  await expect(profile(page).getByText("+41 44 111")).toBeVisible();
  await expect(page.getByText("Customer saved")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(profile(page).getByText("+41 44 111")).toBeHidden();

  await profile(page).getByRole("button", { name: "Change e-mail" }).click();
  await profile(page).getByLabel("E-mail").fill("inline-taken@example.com");
  await keyboard.press("Enter");
  await expect(profile(page).getByText("Another customer has this e-mail address already.")).toBeVisible();
  await expect(profile(page).getByLabel("E-mail")).toHaveValue("inline-taken@example.com");
  await expectAccessible(page);
  await keyboard.press("Escape");
  await expect(profile(page).getByText("inline-taken@example.com")).toBeHidden();

  await profile(page).getByRole("button", { name: "Change tags" }).click();
  await profile(page).getByLabel("Tags").fill("two, one");
  await profile(page).getByRole("button", { name: "Save" }).click();
  await expect(profile(page).getByRole("link", { name: "two" })).toBeVisible();
  await profile(page).getByRole("button", { name: "Change priority" }).click();
  await profile(page).getByLabel("Priority").selectOption("VIP");
  await profile(page).getByRole("button", { name: "Save" }).click();
  await expect(profile(page).getByText("VIP")).toBeVisible();
  await profile(page).getByRole("button", { name: "Change name" }).click();
  await profile(page).getByLabel("Name").fill("Inga Renamed");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Inga Renamed", level: 1 })).toBeVisible();
  await inEveryLook(page, async () => {
    await expectAccessible(page);
    await expectNoOverflow(page);
  });
});

test("somebody else is faster: both versions are shown", async ({ page, server }) => {
  const { id, version } = await person(server, "Cleo Clash", { phone: "+1" });
  await signIn(page, server, `/customers/${id}`);
  await profile(page).getByRole("button", { name: "Change phone" }).click();
  await profile(page).getByLabel("Phone").fill("+2");
  await server.api(`/api/customers/${id}`, "PATCH", { version, phone: "+3" });
  // The page hears of it, and the typing stays.
  await expect.poll(async () => (await server.api<Person>(`/api/customers/${id}`)).version).toBe(version + 1);
  await profile(page).getByLabel("Phone").press("Enter");
  const dialog = page.getByRole("dialog", { name: "Edit customer" });
  await expect(dialog.getByRole("alert")).toContainText("Somebody changed this customer");
  await expect(dialog.getByRole("row", { name: /^Phone/ })).toContainText("+3");
  await expect(dialog.getByRole("row", { name: /^Phone/ })).toContainText("+2");
  await dialog.getByRole("button", { name: "Save mine over theirs" }).click();
  await expect(dialog).toBeHidden();
  await expect(profile(page).getByText("+2")).toBeVisible();
});

test("fields that are saved one after the other over a slow network are nobody's conflict", async ({ page, server }) => {
  const { id } = await person(server, "Sloane Slow");
  await person(server, "Connie Coach");
  await signIn(page, server, `/customers/${id}`);
  await page.route(`**/api/customers/${id}`, async (route) => {
    if (route.request().method() === "PATCH") await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  for (const [field, text] of [
    ["Phone", "+41 44 222"],
    ["Tags", "slow"],
  ] as const) {
    await profile(page).getByRole("button", { name: `Change ${field.toLowerCase()}` }).click();
    await profile(page).getByLabel(field).fill(text);
    await page.keyboard.press("Enter");
  }
  await profile(page).getByRole("button", { name: "Change coach" }).click();
  await profile(page).getByRole("combobox", { name: "Coach" }).fill("connie");
  await page.getByRole("option", { name: "Connie Coach" }).click();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Edit customer" });
  await expect(dialog.getByRole("combobox", { name: "Coach" })).toHaveValue("Connie Coach");
  await expect(dialog.getByLabel("Tags")).toHaveValue("slow");
  await expect(dialog.getByRole("alert")).toHaveCount(0);
  await dialog.getByLabel("Phone").fill("+41 44 333");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const now = await server.api<{ phone: string; tags: string[]; coach: { name: string } }>(`/api/customers/${id}`);
  expect([now.phone, now.tags, now.coach.name]).toEqual(["+41 44 333", ["slow"], "Connie Coach"]);
});

test("a viewer changes nothing in place", async ({ page, server }) => {
  const { id } = await person(server, "Vic Viewed");
  await signIn(page, server, `/customers/${id}`, "viewer");
  await expect(profile(page).getByText("Vic Viewed")).toBeVisible();
  await expect(profile(page).getByRole("button")).toHaveCount(0);
});

test("a plain press on a row of any list opens its preview", async ({ page, server }) => {
  await server.postWebhooks(subscriptionLife({ name: "Pia Peek", from: { amount: 4_200 } }).slice(0, 4));
  await expect.poll(async () => (await server.api<{ pending: number }>("/api/stripe-events/stats")).pending).toBe(0);
  await signIn(page, server);
  const preview = page.getByRole("complementary", { name: "Pia Peek, preview" });
  for (const [list, says] of [
    ["/customers?q=Pia", "Known since"],
    ["/subscriptions?q=Pia", "At Stripe"],
    ["/transactions?q=Pia", "Paid for"],
    ["/mrr-movements", "Change"],
  ] as const) {
    await page.goto(list);
    await page.getByRole("table").getByRole("link", { name: "Pia Peek" }).first().click();
    await expect(preview).toContainText(says);
    await expectAccessible(page);
    const full = (await preview.getByRole("link", { name: "Open full page" }).first().getAttribute("href")) ?? "";
    await page.keyboard.press("Escape");
    await expect(preview).toBeHidden();
    await page.goto(full);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/Pia Peek|Subscription/);
  }
});
