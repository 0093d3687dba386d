import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

// What ./just found or installed; without either, the one that Playwright installs for itself.
const chromium = [process.env.CRM_CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path));

const browser = {
  ...devices["Desktop Chrome"],
  // Fixed, so that a date or an amount looks the same on every machine.
  locale: "en-US",
  timezoneId: "UTC",
  launchOptions: {
    executablePath: chromium,
    // No sandbox, because a build machine's user is root; and no chatter with the network.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

export default defineConfig({
  outputDir: "results/artifacts",
  reporter: [["list"], ["json", { outputFile: "results/report.json" }]],
  fullyParallel: false,
  // A browser test waits more than it works.
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: { trace: "retain-on-failure", screenshot: "only-on-failure" },
  projects: [
    {
      name: "desktop",
      testMatch: "**/*.spec.ts",
      use: { ...browser, viewport: { width: 1440, height: 900 } },
    },
    {
      name: "lighthouse",
      testMatch: "**/*.lighthouse.ts",
      use: browser,
    },
    {
      name: "screenshots",
      testMatch: "**/*.shots.ts",
      use: { ...browser, viewport: { width: 1440, height: 900 } },
    },
  ],
});
