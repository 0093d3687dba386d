// Customers as a file: what the list shows goes out, and comes in again as it was.
import { readFile } from "node:fs/promises";
import { expect, signIn, test } from "../support/test.ts";

test("a link downloads what the list shows, without a log-in and once, and the import takes it back", async ({ page, server }) => {
  const stem = `export-${Date.now()}`;
  const person = { email: `${stem}@example.com`, name: `=1+1 ${stem} 👩‍🚀`, phone: "+41 44 668", tags: [stem], priority: "vip" };
  const created = await server.api<{ id: string }>("/api/customers", "POST", person);
  const { url } = await server.api<{ url: string }>(`/api/customers/export?format=csv&tag=${stem}`, "POST");
  await signIn(page, server, "/customers");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    // As a page starts it: a navigation, which carries no access token.
    page.evaluate((href) => location.assign(href), url),
  ]);
  expect(download.suggestedFilename()).toMatch(/^customers-\d{4}-\d\d-\d\d\.csv$/);
  const file = await readFile(await download.path());
  const text = file.toString("utf8");
  expect(text.startsWith("\u{feff}id,email,name,phone")).toBe(true);
  expect(text).toContain(`'=1+1 ${stem} 👩‍🚀,'+41 44 668`);
  expect((await fetch(server.url + url)).status, "once").toBe(404);

  await server.api(`/api/customers/${created.id}`, "DELETE");
  await page.goto(`${server.url}/customers/import`);
  await page.getByLabel("Choose a CSV file").setInputFiles({ name: "back.csv", mimeType: "text/csv", buffer: file });
  await page.getByLabel("Tag for all").fill("");
  await page.getByRole("button", { name: "Import 1 row" }).click();
  await expect(page.getByRole("region", { name: "Result" }).getByRole("status")).toHaveText("1 created.");
  const back = await server.api<{ items: Record<string, unknown>[] }>(`/api/customers?tag=${stem}`);
  expect(back.items).toHaveLength(1);
  expect(back.items[0]).toMatchObject(person);
});
