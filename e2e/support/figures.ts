// Tiles and figures, read as a person reads them.
import type { Locator, Page } from "@playwright/test";
import { expect } from "./test.ts";

/** A tile whose formula stands beside its name. */
export function tile(page: Page, name: string): Locator {
  const help = page.getByRole("button", { name: `How ${name} is computed`, exact: true });
  return page.getByRole("region", { name: "Key figures" }).getByRole("article").filter({ has: help });
}

/** What a tile says, once it says something. */
export async function value(page: Page, name: string): Promise<string> {
  const paragraph = tile(page, name).locator(".stat__value");
  await expect(paragraph).toHaveText(/\d/);
  return paragraph.innerText();
}

/** The cells of a plain table's row, with the row's name first. */
export async function row(page: Page, table: string, name: string): Promise<string[]> {
  const found = page.getByRole("region", { name: table }).getByRole("row").filter({ has: page.getByRole("rowheader", { name, exact: true }) });
  await expect(found).toHaveCount(1);
  return found.locator("th, td").allInnerTexts();
}

/** A rate as it is shown: two digits after the point below 10 %, one above, none on whole percents. */
export function percent(rate: number | null): string {
  if (rate === null) return "–";
  const hundredths = rate * 100;
  const size = Math.abs(hundredths);
  const whole = Math.abs(size - Math.round(size)) < 0.05;
  const digits = size < 9.995 ? 2 : size < 99.95 ? 1 : whole ? 0 : 1;
  return `${hundredths.toFixed(digits).replace("-", "−")}%`;
}

/** Whole units, as tiles show dollars. */
export function dollars(cents: number): string {
  const text = `$${Math.round(Math.abs(cents) / 100).toLocaleString("en-US")}`;
  return cents < 0 && text !== "$0" ? `−${text}` : text;
}
