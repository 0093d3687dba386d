// The staff: invited by a link, given roles, kept out, and choosing who looks after a customer.
import { type Browser, type Page } from "@playwright/test";
import { type CrmServer, owner } from "../support/server.ts";
import { expect, fillLogin, signIn, test } from "../support/test.ts";

const dashboard = { name: "Dashboard", level: 1 } as const;

/** Invites somebody in the app; gives the link that is shown. */
async function invite(page: Page, email: string, name: string, role = "Support"): Promise<string> {
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite to the team" });
  await dialog.getByLabel("E-mail").fill(email);
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Role").selectOption(role);
  await dialog.getByRole("button", { name: "Make invitation link" }).click();
  const handover = page.getByRole("dialog", { name: `Invitation for ${name}` });
  const link = await handover.getByLabel("Link").inputValue();
  await handover.getByRole("button", { name: "Done" }).click();
  await expect(handover).toBeHidden();
  return link;
}

const account = (page: Page, name: string) => page.getByRole("listitem", { name: `Account: ${name}` });

async function elsewhere(browser: Browser, server: CrmServer, path: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(new URL(path, server.url).href);
  return page;
}

test("who is invited by a link sets a password, is in, and is kept out again", async ({ page, server, browser }) => {
  await signIn(page, server, "/settings/team");
  const link = await invite(page, "Iris@e2e.test", "Iris");
  await expect(account(page, "Iris")).toContainText("Invited");
  const other = await elsewhere(browser, server, link);
  try {
    await expect(other.getByRole("heading", { name: "Join the team" })).toBeVisible();
    await expect(other.getByText("iris@e2e.test")).toBeVisible();
    await other.getByLabel("Your name").fill("Iris Invited");
    await other.getByLabel("Password").fill("short");
    await other.getByRole("button", { name: "Join" }).click();
    await expect(other.getByText("Use 12 to 128 characters.")).toBeVisible();
    await other.getByLabel("Password").fill(owner.password);
    await other.getByRole("button", { name: "Join" }).click();
    await expect(other.getByRole("heading", dashboard)).toBeVisible();
    await other.getByRole("button", { name: "Account of Iris Invited" }).click();
    await expect(other.getByRole("menu", { name: "Account" })).toContainText("Support");
    await other.keyboard.press("Escape");
    // It worked once.
    await page.goto(link);
    await expect(page.getByRole("alert")).toContainText("This link was used already");

    await page.goto("/settings/team");
    await account(page, "Iris Invited").getByRole("button", { name: "Disable" }).click();
    await expect(page.getByText("Iris Invited is disabled and logged out everywhere")).toBeVisible();
    await expect(account(page, "Iris Invited")).toContainText("Disabled");
    await other.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Customers" }).click();
    await expect(other.getByRole("dialog", { name: "Log in again" })).toBeVisible();
    await other.reload();
    const iris = { email: "iris@e2e.test", name: "Iris Invited", password: owner.password };
    await fillLogin(other, iris);
    await expect(other.getByRole("alert").filter({ hasText: "wrong" })).toBeVisible();

    await page.getByRole("button", { name: "Undo" }).click();
    await expect(page.getByText("Iris Invited can log in again")).toBeVisible();
    await fillLogin(other, iris);
    await expect(other.getByRole("button", { name: "Account of Iris Invited" })).toBeVisible();
  } finally {
    await other.context().close();
  }
});

test("a role takes effect at once and can be taken back", async ({ page, server, browser }) => {
  const promoted = await server.addStaff("viewer");
  await signIn(page, server, "/settings/team");
  const other = await elsewhere(browser, server, "/settings/audit");
  try {
    await fillLogin(other, promoted);
    await expect(other.getByText(/Needs the right to see who changed what/)).toBeVisible();
    await account(page, promoted.name).getByLabel(`Role of ${promoted.name}`).selectOption("Admin");
    await expect(page.getByText(`${promoted.name} is now Admin`)).toBeVisible();
    await other.reload();
    await expect(other.getByRole("heading", { name: "Changes", exact: true })).toBeVisible();
    await expect(other.getByText(/Needs the right to see who changed what/)).toBeHidden();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(page.getByText(`${promoted.name} is now Viewer`)).toBeVisible();
    await expect(account(page, promoted.name).getByLabel(`Role of ${promoted.name}`)).toHaveValue("viewer");
  } finally {
    await other.context().close();
  }
});

test("a forgotten password is set by a link, and one's own with the present one", async ({ page, server, browser }) => {
  const forgetful = await server.addStaff("viewer");
  await signIn(page, server, "/settings/team");
  await account(page, forgetful.name).getByRole("button", { name: "Reset password" }).click();
  const handover = page.getByRole("dialog", { name: `New password for ${forgetful.name}` });
  const link = await handover.getByLabel("Link").inputValue();
  const other = await elsewhere(browser, server, link);
  try {
    await other.getByLabel("Password").fill("a newer and longer passphrase");
    await other.getByRole("button", { name: "Set password" }).click();
    await expect(other.getByRole("heading", dashboard)).toBeVisible();

    await other.goto(new URL("/settings/sessions", server.url).href);
    const card = other.getByRole("region", { name: "Password" });
    await card.getByLabel("Present password").fill("not that one");
    await card.getByLabel("New password").fill(owner.password);
    await card.getByRole("button", { name: "Change password" }).click();
    await expect(card.getByText("This is not your present password.")).toBeVisible();
    await card.getByLabel("Present password").fill("a newer and longer passphrase");
    await card.getByRole("button", { name: "Change password" }).click();
    await expect(other.getByText("Password changed.")).toBeVisible();
    await other.getByRole("textbox", { name: "Name" }).fill("Flora Forgetful");
    await other.getByRole("button", { name: "Save name" }).click();
    await expect(other.getByRole("button", { name: "Account of Flora Forgetful" })).toBeVisible();
  } finally {
    await other.context().close();
  }
});

test("an admin ends a colleague's session, and gets hold of no owner", async ({ page, server, browser }) => {
  const colleague = await server.addStaff("viewer");
  const other = await elsewhere(browser, server, "/");
  try {
    await fillLogin(other, colleague);
    await expect(other.getByRole("heading", dashboard)).toBeVisible();
    await signIn(page, server, "/settings/team", "admin");
    const why = /Only an owner can change an owner’s account\. Ask an owner of your company\./;
    for (const name of ["Reset password", "Disable"]) {
      await expect(account(page, owner.name).getByRole("button", { name })).toHaveAccessibleDescription(why);
    }
    await account(page, colleague.name).getByRole("button", { name: "Devices" }).click();
    const dialog = page.getByRole("dialog", { name: `Devices of ${colleague.name}` });
    await dialog.getByRole("button", { name: "Log out there" }).click();
    await expect(dialog.getByText("Logged in nowhere.")).toBeVisible();
    await other.reload();
    await expect(other.getByRole("heading", { name: "Log in", exact: true })).toBeVisible();
  } finally {
    await other.context().close();
  }
});

test("a viewer sees why the team is not theirs to change", async ({ page, server }) => {
  const staff = await signIn(page, server, "/settings/team", "viewer");
  const why = /Needs the right to manage the staff\. Your role is Viewer\. An owner or admin of your company can grant it\./;
  const invites = page.getByRole("button", { name: "Invite" });
  await expect(invites).toBeDisabled();
  await expect(invites).toHaveAccessibleDescription(why);
  await expect(account(page, staff.name)).toContainText("You");
  await expect(account(page, staff.name).getByRole("button", { name: "Disable" })).toHaveAccessibleDescription(why);
  await expect(account(page, staff.name).getByLabel(`Role of ${staff.name}`)).toBeDisabled();
});

test("a colleague looks after a customer, and the list is narrowed by them", async ({ page, server }) => {
  const staff = await signIn(page, server, "/customers");
  await page.getByRole("button", { name: "New customer" }).click();
  const dialog = page.getByRole("dialog", { name: "New customer" });
  await dialog.getByLabel("Name").fill("Looked After");
  await dialog.getByLabel("Looked after by").selectOption(staff.name);
  await dialog.getByRole("button", { name: "Create customer" }).click();
  await expect(page.getByRole("heading", { name: "Looked After", level: 1 })).toBeVisible();
  await expect(page.getByRole("region", { name: "Profile" })).toContainText(staff.name);

  await page.goto("/customers");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("dialog", { name: "Filter customers" }).getByLabel("Looked after by").selectOption(staff.name);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("group", { name: "Filters" })).toContainText(`Looked after by is ${staff.name}`);
  await expect(page.getByRole("table", { name: "Customers" }).locator("tbody").getByRole("link")).toHaveText(["Looked After"]);

  await page.getByRole("link", { name: "Looked After" }).click();
  await page.getByRole("link", { name: "Open full page" }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  const edit = page.getByRole("dialog", { name: "Edit customer" });
  await expect(edit.getByLabel("Looked after by").locator("option:checked")).toHaveText(staff.name);
  await edit.getByLabel("Looked after by").selectOption("Nobody");
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(edit).toBeHidden();
  await expect(page.getByRole("region", { name: "Profile" })).not.toContainText(staff.name);
});
