// Runs the tests of the controls that keep accounts, keys and money safe, and prints what each measured: one line a
// figure. `--kills N --webhooks N` kills the server too, N times at random while webhooks come in.
import { spawn } from "node:child_process";
import { argv, env, exit } from "node:process";
import { parseArgs } from "node:util";

/** In the order in which they are printed, with the tests that measure them. A control without a figure is a failure. */
const controls = {
  "password hash": ["two_hundred_log_ins_at_once", "a_hash_of_yesterday_is_replaced"],
  "password rules": ["length_counts_characters_of_any_script", "what_is_tried_first_is_refused"],
  "login throttle": ["guesses_from_many_addresses", "the_sixth_try_in_a_minute", "a_wrong_password_and_an_unknown_user"],
  JWT: ["a_claim_that_is_missing_or_wrong", "another_algorithm_secret_or_signature"],
  refresh: ["of_fifty_at_once_exactly_one_wins", "a_spent_token_that_comes_back_later"],
  revocation: ["whatever_is_taken_away", "a_wrong_expired_or_revoked_key"],
  authorisation: ["nobody_gets_where_their_role", "a_key_gets_where_its_one_scope"],
  "mass assignment": ["no_body_takes_a_field"],
  "API keys": ["a_dump_of_all_tables_holds_no_usable_key", "a_key_with_every_scope_is_let_in"],
  "incoming webhooks": ["a_hundred_copies_have_one_effect", "what_is_refused_is_not_stored"],
  "rate limit": ["a_user_and_a_key_have_limits", "behind_a_trusted_proxy"],
  limits: ["slow_senders_do_not_keep_others_waiting"],
  idempotency: ["of_many_at_once_one_is_done"],
  audit: ["only_what_differs_is_written", "what_is_rolled_back_leaves_no_trace", "no_secret_is_in_the_audit_log"],
};

const options = { kills: { type: "string" }, webhooks: { type: "string", default: "10000" } };
const { kills, webhooks } = parseArgs({ args: argv.slice(2), options }).values;
const target = env.CARGO_TARGET_DIR ?? "target";

const tests = Object.values(controls).flat();
const withNextest = (await run("cargo", ["nextest", "--version"])).code === 0;
const cargo = withNextest
  ? ["nextest", "run", "--workspace", "--success-output", "immediate", ...tests]
  : ["test", "--workspace", "--", "--show-output", ...tests];
const ran = await run(`${target}/debug/xtask`, ["with-postgres", "--fast", "--", "cargo", ...cargo]);
const figures = [...ran.said.matchAll(/^\s*trust: ([^:]+): (.*)$/gm)].map(([, control, figure]) => ({ control, figure }));

let failed = ran.code !== 0;
const width = Math.max(...Object.keys(controls).map((name) => name.length)) + 2;
for (const name of Object.keys(controls)) {
  const of = figures.filter(({ control }) => control === name);
  if (of.length === 0) of.push({ figure: "NO FIGURE: its tests did not run to their end" });
  failed ||= of.some(({ figure }) => figure.startsWith("NO FIGURE"));
  for (const { figure } of of) console.log(`${name.padEnd(width)}${figure}`);
}

if (kills) {
  const parameters = { ...env, CRM_KILLS: kills, CRM_KILL_WEBHOOKS: webhooks };
  const killed = await run("npx", ["playwright", "test", "--project=desktop", "bugs/kill9.spec.ts"], { cwd: "e2e", env: parameters });
  const figure = killed.said.match(/^\s*kill -9: (.*)$/m)?.[1];
  console.log(`${"kill -9".padEnd(width)}${figure ?? "NO FIGURE"}`);
  if (killed.code !== 0) console.error(killed.said);
  failed ||= killed.code !== 0 || !figure;
}
if (ran.code !== 0) console.error(ran.said);
exit(failed ? 1 : 0);

/** Runs a program to its end, and gives what it said. */
function run(program, args, options = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, options);
    let said = "";
    child.stdout.on("data", (data) => (said += data));
    child.stderr.on("data", (data) => (said += data));
    child.on("error", (error) => done({ code: 1, said: String(error) }));
    child.on("close", (code) => done({ code, said }));
  });
}
