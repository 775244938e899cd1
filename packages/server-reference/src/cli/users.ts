/** `segue-server users`: the listeners who sign in with a password of this server. */
import { parseArgs } from "node:util";
import type { Plan } from "@segue/core";
import { sqlUserStore } from "../adapters/sql/user-store";
import type { ServerConfig } from "../config";
import { DEMO_USERS } from "../modules/auth/demo-users";
import { addOwnUser, findOwnUser, listOwnUsers, type OwnUser } from "../modules/auth/own-users";
import { hashPassword } from "../modules/auth/password";
import type { UserDetails, UserStore } from "../modules/auth/user-store";
import { besideServer, CommandError, type Print } from "./command";
import { generatePassword, type Input, readPassword } from "./read-password";

export const USERS_HELP = `segue-server users: listeners who sign in with a password of this server

  segue-server users list             everyone who has a password
  segue-server users add LOGIN        add a listener; the password is made up and shown once
  segue-server users change LOGIN     change name, plan or market, from the next request on
  segue-server users password LOGIN   give another password, and end every sign-in made before
  segue-server users remove LOGIN     remove a listener with devices, licenses and playlists

Options:
  --name NAME        of add and change: the name to show. Default: the login.
  --plan PLAN        of add and change: free or premium. Default free.
  --market CODE      of add and change: ISO 3166-1 code such as SE. Default ZZ: only what is available
                     everywhere.
  --password-stdin   of add and password: take the first line of standard input, 8 to 1024 characters

All of it works beside a running server. SEGUE_DATA_DIR names the data directory.
`;

const LOGIN = /^[a-z0-9][a-z0-9._@+-]{0,99}$/;
const OPTIONS = {
  name: { type: "string" },
  plan: { type: "string" },
  market: { type: "string" },
  "password-stdin": { type: "boolean" },
} as const;
/** Which options each action takes. */
const TAKES = {
  list: [],
  add: ["name", "plan", "market", "password-stdin"],
  change: ["name", "plan", "market"],
  password: ["password-stdin"],
  remove: [],
} as const satisfies Record<string, readonly (keyof typeof OPTIONS)[]>;
type Action = keyof typeof TAKES;
type Values = { readonly name?: string; readonly plan?: string; readonly market?: string };

function detailsOf({ name, plan, market }: Values): Partial<UserDetails> {
  if (name !== undefined && (name.trim() === "" || name.length > 200))
    throw new CommandError("--name takes 1 to 200 characters.");
  if (plan !== undefined && plan !== "free" && plan !== "premium")
    throw new CommandError(`--plan is free or premium, not ${JSON.stringify(plan)}.`);
  if (market !== undefined && !/^[A-Z]{2}$/.test(market))
    throw new CommandError(`--market is two capital letters such as SE, not ${JSON.stringify(market)}.`);
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(plan === undefined ? {} : { plan: plan as Plan }),
    ...(market === undefined ? {} : { market }),
  };
}

interface Command {
  readonly action: Action;
  /** Empty for `list`. */
  readonly login: string;
  readonly details: Partial<UserDetails>;
  readonly fromInput: boolean;
}

function parse(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [action = "list", login = "", ...rest] = positionals;
  const takes = Object.hasOwn(TAKES, action) ? TAKES[action as Action] : null;
  if (takes === null || rest.length > 0 || (action === "list") !== (login === ""))
    throw new CommandError(`Not understood: users ${positionals.join(" ")}. See segue-server users --help.`);
  for (const name of Object.keys(values))
    if (!(takes as readonly string[]).includes(name))
      throw new CommandError(`users ${action} takes no --${name}. See segue-server users --help.`);
  const lower = login.toLowerCase();
  if (action !== "list" && !LOGIN.test(lower))
    throw new CommandError(
      `${JSON.stringify(login)} is no login: 1 to 100 letters, digits and ._@+-, beginning with a letter or digit.`,
    );
  if (action === "add" && DEMO_USERS.some((user) => user.login === lower))
    throw new CommandError(`${lower} is the name of one of the sandbox's users; take another.`);
  const details = detailsOf(values);
  if (action === "change" && Object.keys(details).length === 0)
    throw new CommandError("users change takes --name, --plan or --market.");
  return { action: action as Action, login: lower, details, fromInput: values["password-stdin"] ?? false };
}

const describe = ({ login, id, plan, market, name, demo }: OwnUser) =>
  `${login}  ${id}  ${plan}  ${market}  ${name}${demo ? "  (of the sandbox)" : ""}`;

/** @throws CommandError when nobody signs in as `login`, or a demo user does */
async function existing(store: UserStore, login: string): Promise<OwnUser> {
  const user = await findOwnUser(store, login);
  if (!user) throw new CommandError(`Nobody signs in as ${login}. segue-server users list shows who does.`);
  if (user.demo)
    throw new CommandError(
      `${login} belongs to the sandbox, which makes it anew; SEGUE_SANDBOX=0 shuts it out.`,
    );
  return user;
}

/**
 * Lists, adds, changes and removes listeners. A password comes from `input` or is made up; it is never an argument, which
 * others on the machine can read.
 * @throws CommandError
 */
export async function users(
  config: ServerConfig,
  args: readonly string[],
  print: Print,
  input: Input = process.stdin,
): Promise<void> {
  const { action, login, details, fromInput } = parse(args);
  if (config.oidcIssuer && (action === "add" || action === "password"))
    throw new CommandError(`Listeners sign in at ${config.oidcIssuer}: passwords are kept there.`);
  await besideServer(config, async (database, now) => {
    const store = sqlUserStore(database);
    const password = () => (fromInput ? readPassword(input) : generatePassword());
    const show = (made: string) => {
      if (!fromInput) print(`Password, shown this once: ${made}`);
    };
    if (action === "list") {
      for (const user of await listOwnUsers(store)) print(describe(user));
    } else if (action === "add") {
      const taken = new CommandError(`${login} is taken.`);
      if (await findOwnUser(store, login)) throw taken;
      const made = await password();
      const whole = { name: login, plan: "free", market: "ZZ", ...details } as const;
      const id = await addOwnUser(store, login, made, whole, now());
      if (id === null) throw taken;
      print(`Added ${describe({ id, login, demo: false, ...whole })}`);
      show(made);
    } else {
      const user = await existing(store, login);
      if (action === "remove") {
        await store.remove(user.id);
        print(`Removed ${describe(user)}`);
      } else if (action === "change") {
        await store.change(user.id, details);
        print(`Changed ${describe({ ...user, ...details })}`);
      } else {
        const made = await password();
        await store.setPassword(user.id, await hashPassword(made));
        print(`${login} has another password; every earlier sign-in has ended.`);
        show(made);
      }
    }
  });
}
