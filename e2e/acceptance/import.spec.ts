// A file of customers: what its columns hold, what would happen, what happened; and a server that dies meanwhile.
import { readFile } from "node:fs/promises";
import { expectAccessible } from "../support/axe.ts";
import { CrmServer } from "../support/server.ts";
import { expect, signIn, test } from "../support/test.ts";

interface Job {
  id: string;
  state: string;
  done: number;
  total: number | null;
  created: number;
  skipped: number;
  failed: number;
}

test("a file with wrong rows becomes customers, and the wrong rows come back", async ({ page, server }) => {
  await signIn(page, server, "/customers", "support");
  await page.getByRole("link", { name: "Import", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Import customers", level: 1 })).toBeVisible();
  await expectAccessible(page);
  const stem = `import-${Date.now()}`;
  const file = [
    "E-Mail,Full name,Shoe size,Tags",
    `${stem}-1@example.com,"Žofia ""Zo"" Kováč 👩‍🚀",38,press`,
    `${stem}-2@example.com,=1+1,,`,
    `not an address,Somebody,,`,
    `${stem}-1@example.com,Twice,,`,
  ].join("\r\n");
  await page.getByLabel("Choose a CSV file").setInputFiles({ name: "fair.csv", mimeType: "text/csv", buffer: Buffer.from(file) });

  await expect(page.getByRole("heading", { name: "fair.csv", level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/\/customers\/import\/[0-9a-f-]+$/);
  await expect(page.getByLabel("What E-Mail holds")).toHaveValue("email");
  await expect(page.getByLabel("What Full name holds")).toHaveValue("name");
  await expect(page.getByLabel("What Shoe size holds")).toHaveValue("");
  await expect(page.getByRole("row", { name: /Full name/ })).toContainText("Žofia \"Zo\" Kováč 👩‍🚀");
  await page.getByLabel("Tag for all").fill(stem);
  await expectAccessible(page);

  await page.getByRole("button", { name: "Check the file" }).click();
  const result = page.getByRole("region", { name: "Result" });
  await expect(result.getByRole("status")).toHaveText("2 would be created, 1 skipped, 1 row is wrong.");
  await expect(result).toContainText("Line 4, E-Mail: Enter an e-mail address");
  // What is wrong or skipped is told before it is left out; with other columns nothing is known of it.
  const button = page.getByRole("button", { name: /^Import \d/ });
  await expect(button).toHaveText("Import 2 of 4 rows");
  await page.getByLabel("Customers who exist").selectOption("Update from the file");
  await expect(button).toHaveText("Import 4 rows");
  await page.getByLabel("Customers who exist").selectOption("Leave as they are");
  await button.click();
  await expect(result.getByRole("status")).toHaveText("2 created, 1 skipped, 1 row is wrong.");
  await expect(page.getByRole("button", { name: "Imported", exact: true })).toBeDisabled();
  await expectAccessible(page);

  const [download] = await Promise.all([page.waitForEvent("download"), result.getByRole("button", { name: "Download them" }).click()]);
  const wrong = await readFile(await download.path(), "utf8");
  expect(wrong).toContain("not an address,Somebody,,,E-Mail: Enter an e-mail address");

  await result.getByRole("link", { name: "Show these customers" }).click();
  await expect(page.getByRole("row", { name: /Kováč/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /=1\+1/ })).toBeVisible();

  await page.goto(`${server.url}/settings/jobs`);
  await page.getByRole("link", { name: "Import customers" }).first().click();
  await expect(page.getByRole("heading", { name: "Import customers", level: 3 })).toBeVisible();
  await expectAccessible(page);
});

test("a quote that never ends is told with its line, and nothing of the file is taken", async ({ page, server }) => {
  await signIn(page, server, "/customers/import");
  const file = 'name,email\nAda,ada-quote@example.com\n"Bob,bob-quote@example.com\nCy,cy-quote@example.com\n';
  await page.getByLabel("Choose a CSV file").setInputFiles({ name: "open.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
  await expect(page.getByRole("alert")).toContainText("The row that begins on line 3 does not end: a quote may be missing there.");
  await expect(page).toHaveURL(/\/customers\/import$/);
});

test("kill -9 in the middle of an import: it goes on where it stopped, and no row comes twice", async () => {
  test.setTimeout(180_000);
  const server = await CrmServer.start();
  try {
    const rows = 60_000;
    const lines = Array.from({ length: rows }, (_, n) => (n % 100 < 7 ? `nobody,Wrong ${n}` : `person${n}@example.com,Person ${n}`));
    const before = await server.api<{ id: string }>("/api/customers", "POST", { name: "Before" });
    expect(before.id).toBeTruthy();
    const imported = await sendFile(server, `email,name\n${lines.join("\n")}\n`);
    expect(imported.rows).toBe(rows);
    const began = Date.now();
    const job = await server.api<Job>(`/api/customers/imports/${imported.id}/run`, "POST", { mapping: ["email", "name"] });
    const now = () => server.api<Job>(`/api/jobs/${job.id}`);
    let kills = 0;
    for (const share of [0.1, 0.4, 0.7]) {
      await expect.poll(async () => (await now()).done / rows, { timeout: 60_000, intervals: [20] }).toBeGreaterThan(share);
      await server.kill9();
      await server.restart();
      const after = await now();
      expect(after.done % 2_000, "whole batches only").toBe(0);
      if (after.state === "running") kills += 1;
    }
    expect(kills, "it died in the middle").toBeGreaterThan(0);
    await expect.poll(async () => (await now()).state, { timeout: 90_000 }).toBe("succeeded");
    const bad = rows * 0.07;
    expect(await now()).toMatchObject({ total: rows, done: rows, created: rows - bad, failed: bad, skipped: 0 });
    const customers = await server.api<{ total: number }>("/api/customers?limit=1&count=exact");
    expect(customers.total).toBe(rows - bad + 1);
    const changes = await server.api<{ total: number }>("/api/audit-log?limit=1&count=exact&action=customer.created");
    expect(changes.total).toBe(rows - bad + 1);
    console.log(`import: ${rows} rows with ${kills} kills in ${Date.now() - began} ms`);
  } finally {
    await server.stop();
  }
});

async function sendFile(server: CrmServer, text: string): Promise<{ id: string; rows: number }> {
  const response = await fetch(`${server.url}/api/customers/imports?file_name=many.csv`, {
    method: "POST",
    headers: { ...(await server.authorization()), "content-type": "text/csv" },
    body: text,
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string; rows: number };
}
