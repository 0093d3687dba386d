// The second factor: set up with an app, asked for at log-in, a code for one log-in only, turned off by who manages the staff.
import { createHmac } from "node:crypto";
import { type Browser, type Page } from "@playwright/test";
import { type CrmServer } from "../support/server.ts";
import { expectAccessible } from "../support/axe.ts";
import { expect, fillLogin, signIn, test } from "../support/test.ts";

/** What an authenticator app shows so many half minutes from now. */
function appCode(secret: string, later = 0): string {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const bytes = Buffer.from(bits.match(/.{8}/g)?.map((byte) => parseInt(byte, 2)) ?? []);
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const digest = createHmac("sha1", bytes).update(step).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Sets the second factor up in the app; gives its secret and the recovery codes. */
async function setUp(page: Page): Promise<{ secret: string; recovery: string[] }> {
  const card = page.getByRole("region", { name: "Second factor" });
  await card.getByRole("button", { name: "Set up" }).click();
  const dialog = page.getByRole("dialog", { name: "Set up a second factor" });
  const secret = await dialog.getByRole("textbox", { name: "Secret" }).inputValue();
  await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel("Code").fill("000000");
  await dialog.getByRole("button", { name: "Turn on" }).click();
  await expect(dialog.getByText("This is not the code that the app shows now.")).toBeVisible();
  await dialog.getByLabel("Code").fill(appCode(secret, -1));
  await dialog.getByRole("button", { name: "Turn on" }).click();
  const recovery = (await dialog.getByLabel("All ten").inputValue()).split(" ");
  expect(recovery).toHaveLength(10);
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "I have kept them" }).click();
  await expect(card).toContainText("10 recovery codes are left.");
  return { secret, recovery };
}

async function elsewhere(browser: Browser, server: CrmServer): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(server.url);
  return page;
}

test("a log-in asks for a code, which works once; a recovery code does too", async ({ page, server, browser }) => {
  const staff = await signIn(page, server, "/settings/sessions", "viewer");
  const { secret, recovery } = await setUp(page);
  const code = appCode(secret);
  const first = await elsewhere(browser, server);
  const second = await elsewhere(browser, server);
  try {
    await fillLogin(first, staff);
    await expect(first.getByLabel("Code")).toBeFocused();
    await expectAccessible(first);
    await first.getByLabel("Code").fill(code);
    await first.getByRole("button", { name: "Log in", exact: true }).click();
    await expect(first.getByRole("heading", { name: "Dashboard" })).toBeVisible();

    await fillLogin(second, staff);
    await second.getByLabel("Code").fill(code);
    await second.getByRole("button", { name: "Log in", exact: true }).click();
    await expect(second.getByText("This code is wrong or was used already.")).toBeVisible();
    await second.getByLabel("Code").fill(recovery[0] ?? "");
    await second.getByRole("button", { name: "Log in", exact: true }).click();
    await expect(second.getByRole("heading", { name: "Dashboard" })).toBeVisible();
  } finally {
    await first.context().close();
    await second.context().close();
  }
  await page.reload();
  const card = page.getByRole("region", { name: "Second factor" });
  await expect(card).toContainText("9 recovery codes are left.");
  await card.getByRole("button", { name: "Turn off" }).click();
  const dialog = page.getByRole("dialog", { name: "Turn the second factor off" });
  await dialog.getByLabel("Your password").fill("not it");
  await dialog.getByRole("button", { name: "Turn off" }).click();
  await expect(dialog.getByText("This is not your present password.")).toBeVisible();
  await dialog.getByLabel("Your password").fill(staff.password);
  await dialog.getByRole("button", { name: "Turn off" }).click();
  await expect(card.getByRole("button", { name: "Set up" })).toBeVisible();
});

test("who lost phone and codes is let in by who manages the staff", async ({ page, server, browser }) => {
  const other = await elsewhere(browser, server);
  try {
    const staff = await signIn(other, server, "/settings/sessions", "support");
    await setUp(other);
    await signIn(page, server, "/settings/team", "admin");
    const account = page.getByRole("listitem", { name: `Account: ${staff.name}` });
    await account.getByRole("button", { name: "Turn off second factor" }).click();
    await expect(page.getByText("Second factor turned off")).toBeVisible();
    await expect(account.getByRole("button", { name: "Turn off second factor" })).toBeHidden();
    await other.context().clearCookies();
    await other.goto(server.url);
    await fillLogin(other, staff);
    await expect(other.getByRole("heading", { name: "Dashboard" })).toBeVisible();
  } finally {
    await other.context().close();
  }
});
