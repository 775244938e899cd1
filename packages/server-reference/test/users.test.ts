/** What an operator does about listeners who sign in with a password of the server. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandError } from "../src/cli/command";
import { users } from "../src/cli/users";
import { newKeys, register } from "./device-keys";
import { call, startTestServer, type TestServer } from "./harness";
import { signIn, token as tokenRequest } from "./sign-in";

let server: TestServer;
let printed: string[];
beforeEach(async () => {
  server = await startTestServer({ SEGUE_SANDBOX: "0" });
  printed = [];
});
afterEach(() => server.stop());

/** Runs the command with `input` as its standard input. */
async function run(args: readonly string[], input: readonly string[] = []): Promise<void> {
  printed = [];
  const pieces = (async function* () {
    for (const piece of input) yield Buffer.from(piece);
  })();
  await users(server.context.config, args, (line) => void printed.push(line), pieces);
}
const shown = () => /^Password, shown this once: (\S{20})$/.exec(printed.at(-1)!)?.[1] ?? "";
const enter = async (login: string, password: string) =>
  (await signIn(server, { login, password })).access_token;
const me = async (token: string) => (await call(server, "GET", "/v1/me", { token })).body;

describe("adding a listener", () => {
  it("makes a password up, shows it once and lets the listener in", async () => {
    await run(["add", "Grace@Example.org", "--name", "Grace", "--plan", "premium", "--market", "NO"]);
    const password = shown();
    expect(printed[0]).toMatch(/^Added grace@example\.org {2}usr_\w{26} {2}premium {2}NO {2}Grace$/);
    const said = await me(await enter(" GRACE@example.org", password));
    expect(said).toMatchObject({ name: "Grace", plan: "premium", market: "NO", explicitFilter: false });
    await expect(enter("grace@example.org", `${password}x`)).rejects.toThrow("not signed in");
    await run(["list"]);
    expect(printed.join()).toContain(said.id);
    expect(printed.join()).not.toContain(password);
  });

  it("takes a password from standard input, whatever pieces it comes in", async () => {
    await run(["add", "heidi", "--password-stdin"], ["corr", "ect hörse\r", "\nignored"]);
    expect(printed).toHaveLength(1);
    expect(await me(await enter("heidi", "correct hörse"))).toMatchObject({
      name: "heidi",
      plan: "free",
      market: "ZZ",
    });
  });

  it.each([["short"], [""], ["x".repeat(1_025)], ["1234567\nlonger than eight"]])(
    "refuses the password %j, and adds nobody",
    async (password) => {
      const adding = run(["add", "ivan", "--password-stdin"], [password]);
      await expect(adding).rejects.toThrow(/8 to 1024 characters/);
      await run(["list"]);
      expect(printed).toEqual([]);
    },
  );

  it("refuses a login that is taken, also when both are added at once", async () => {
    const both = await Promise.allSettled([
      users(server.context.config, ["add", "judy"], () => {}),
      users(server.context.config, ["add", "JUDY"], () => {}),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(run(["add", "judy"])).rejects.toThrow("judy is taken.");
  });
});

describe("a listener who is there", () => {
  beforeEach(() => run(["add", "mallory", "--password-stdin"], ["first password"]));

  it("has another plan, name and market from the next request on", async () => {
    const token = await enter("mallory", "first password");
    await run(["change", "mallory", "--plan", "premium", "--market", "SE"]);
    expect(await me(token)).toMatchObject({ name: "mallory", plan: "premium", market: "SE" });
    await run(["change", "mallory", "--name", "Mal"]);
    expect(await me(token)).toMatchObject({ name: "Mal", plan: "premium" });
  });

  it("is signed out everywhere by another password", async () => {
    const { access_token, refresh_token } = await signIn(server, {
      login: "mallory",
      password: "first password",
    });
    await run(["password", "mallory"]);
    const password = shown();
    expect((await me(access_token)).code).toBe("unauthenticated");
    const again = { grant_type: "refresh_token", client_id: "segue-web-player", refresh_token };
    expect((await tokenRequest(server, again)).status).toBe(400);
    await expect(enter("mallory", "first password")).rejects.toThrow("not signed in");
    expect(await me(await enter("mallory", password))).toMatchObject({ name: "mallory" });
  });

  it("is gone once removed, with devices and tokens, and the login is free", async () => {
    const token = await enter("mallory", "first password");
    const { id } = (await register(server, token, newKeys())).body;
    await run(["remove", "mallory"]);
    expect((await me(token)).code).toBe("unauthenticated");
    await expect(enter("mallory", "first password")).rejects.toThrow("not signed in");
    const device = server.context.db.selectFrom("devices").select("id").where("id", "=", id);
    expect(await device.execute()).toEqual([]);
    await run(["add", "mallory"]);
  });
});

describe("what is refused, in one line", () => {
  it.each([
    [["add"], "Not understood"],
    [["list", "x"], "Not understood"],
    [["add", "a", "b"], "Not understood"],
    [["constructor", "a"], "Not understood"],
    [["add", "sandbox/x"], "is no login"],
    [["add", "-x y"], ""],
    [["add", "ada"], "sandbox"],
    [["add", "x", "--plan", "gold"], "--plan is free or premium"],
    [["add", "x", "--market", "sweden"], "--market is two capital letters"],
    [["add", "x", "--name", " "], "--name takes"],
    [["change", "x"], "takes --name"],
    [["remove", "nobody"], "Nobody signs in as nobody"],
    [["remove", "x", "--plan", "free"], "takes no --plan"],
    [["add", "x", "--password", "in the arguments"], ""],
  ])("%j", async (args, message) => {
    const failed = await run(args).catch((error: Error) => error);
    expect(failed).toBeInstanceOf(Error);
    expect(failed!.message).toContain(message);
    if (message !== "") expect(failed).toBeInstanceOf(CommandError);
  });

  it("a demo user, and a password where another provider signs in", async () => {
    const sandbox = await startTestServer();
    const act = (...args: string[]) => users(sandbox.context.config, args, () => {});
    await expect(act("remove", "ada")).rejects.toThrow("belongs to the sandbox");
    await sandbox.stop();
    const config = { ...server.context.config, oidcIssuer: "https://login.example" };
    await expect(users(config, ["add", "x"], () => {})).rejects.toThrow("sign in at https://login.example");
  });
});

it("is a command of the program, with help of its own", async () => {
  const program = fileURLToPath(new URL("../src/cli/segue-server.ts", import.meta.url));
  const args = ["--import", "tsx", "--conditions=segue-source", program, "users"];
  const start = async (rest: string[], input = "") => {
    const child = spawn(process.execPath, [...args, ...rest], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      env: { ...process.env, SEGUE_DATA_DIR: server.dataDir },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        output += chunk;
      });
    child.stdin.end(input);
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, output };
  };
  expect(await start(["--help"])).toMatchObject({
    code: 0,
    output: expect.stringContaining("users add LOGIN"),
  });
  const added = await start(["add", "niaj", "--password-stdin"], "a password by pipe\n");
  expect(added).toMatchObject({ code: 0, output: expect.stringMatching(/^Added niaj/) });
  await enter("niaj", "a password by pipe");
  expect(await start(["remove", "nobody"])).toMatchObject({
    code: 2,
    output: "segue-server: Nobody signs in as nobody. segue-server users list shows who does.\n",
  });
});
