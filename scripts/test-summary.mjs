// Adds up what the test runners have written down, in one closing line that people and machines read.
import { existsSync, readFileSync } from "node:fs";
import { env, exit } from "node:process";

let passed = 0;
let failed = 0;
let skipped = 0;

const nextest = `${env.CARGO_TARGET_DIR ?? "target"}/nextest/default/junit.xml`;
if (existsSync(nextest)) {
  const suites = readFileSync(nextest, "utf8").match(/<testsuites[^>]*>/)?.[0] ?? "";
  const count = (name) => Number(suites.match(new RegExp(` ${name}="(\\d+)"`))?.[1] ?? 0);
  failed += count("failures") + count("errors");
  passed += count("tests") - count("failures") - count("errors");
}

const playwright = "e2e/results/report.json";
if (existsSync(playwright)) {
  const { stats } = JSON.parse(readFileSync(playwright, "utf8"));
  passed += stats.expected + stats.flaky;
  failed += stats.unexpected;
  skipped += stats.skipped;
}

console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
exit(failed > 0 || passed === 0 ? 1 : 0);
