// What a list shows, read as a person reads it.
import type { Page } from "@playwright/test";
import { expect } from "./test.ts";

/** Minor units of the amount in a text such as `−$1,234.50`, `MRR ¥500`. */
export function minor(text: string): number {
  const digits = text.replace(/\D/g, "");
  if (digits === "") throw new Error(`no amount: ${text}`);
  return /[−-]/.test(text) ? -Number(digits) : Number(digits);
}

/** The cells of a column, from top to bottom, once the list is there. */
export async function column(page: Page, table: string, head: string): Promise<string[]> {
  const rows = page.getByRole("table", { name: table, exact: true });
  await expect(rows).toBeVisible();
  const heads = await rows.getByRole("columnheader").allInnerTexts();
  const at = heads.findIndex((text) => text.trim() === head);
  if (at < 0) throw new Error(`no column ${head} among ${heads.join(", ")}`);
  const cells = rows.getByRole("row").filter({ has: page.getByRole("cell") });
  return cells.evaluateAll((all, index) => all.map((row) => row.querySelectorAll("[role=cell]")[index]?.textContent ?? ""), at);
}

/** The sum of a column's amounts, in minor units. */
export async function sumOf(page: Page, table: string, head: string): Promise<number> {
  return (await column(page, table, head)).map(minor).reduce((sum, amount) => sum + amount, 0);
}

/** The line above a list: how many rows there are, and what they add up to. */
export async function listTotal(page: Page): Promise<{ count: number; sums: string[] }> {
  const line = page.getByText(/^[\d,]+ \w+( · |$)/).first();
  await expect(line).toBeVisible();
  const [rows = "", ...sums] = (await line.innerText()).split(" · ");
  return { count: Number(rows.replace(/\D/g, "")), sums };
}
