// Other programs, run as a test's own.
import { spawn } from "node:child_process";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. */
export async function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): Promise<Ended> {
  // Playwright asks its children for colours, which are not for reading.
  const { FORCE_COLOR: _, ...environment } = process.env;
  const { cwd, env, input = "" } = options;
  const child = spawn(program, args, { ...(cwd && { cwd }), env: { ...environment, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => (stderr += data));
  child.stdin.end(input);
  const code = await new Promise<number | null>((done, failed) => child.on("close", done).on("error", failed));
  return { code, stdout, stderr };
}
