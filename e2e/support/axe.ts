// Accessibility, as axe sees it.
import { type Page, expect } from "@playwright/test";
import axe from "axe-core";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Fails with each rule that the page breaks and the elements that break it. */
export async function expectAccessible(page: Page): Promise<void> {
  // Straight from the page, which has no frames: several times as fast as @axe-core/playwright, for hundreds of looks.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async (tags) => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    return (await axe.run({ runOnly: tags, resultTypes: ["violations"] })).violations;
  }, rules);
  const found = violations.map(
    (violation) => `${violation.id}: ${violation.help}\n${violation.nodes.map((node) => `    ${node.target.join(" ")}`).join("\n")}`,
  );
  expect(found, `accessibility of ${page.url()}`).toEqual([]);
}

/** Light and dark, wide and narrow: runs a check in each of the four. */
export async function inEveryLook(page: Page, check: (look: string) => Promise<void>): Promise<void> {
  const before = page.viewportSize();
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      // What moves has half of a colour.
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      await check(`${colorScheme} ${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before) await page.setViewportSize(before);
}

/** Fails when the page is wider than the screen, with what sticks out. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const tooWide = await page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const wide = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > root.clientWidth);
    return [`${root.scrollWidth} px of ${root.clientWidth}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
  });
  expect(tooWide, `width of ${page.url()}`).toEqual([]);
}
