/** One execution of a check: makes requests, judges answers, remembers what happened. */

import { NotTestable, Violation } from "../outcomes";
import { type Asker, HttpClient } from "../subjects/http-client";
import type { Listener, Subject, Wishes } from "../subjects/subject";
import { requirement } from "./requirements";
import type { Tally } from "./tally";

/** A request or frame as it is shown: what was sent, and what came back. */
export interface Exchange {
  /** Index of the step; -1 before the first. */
  readonly step: number;
  readonly sent: string;
  got: string;
}

/** What an execution is given. */
export interface ExecutionOptions {
  readonly subject: Subject;
  readonly check: string;
  readonly tally: Tally;
  /** Requirements whose violation is known already and no longer ends an execution. */
  readonly muted: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

const text = (value: unknown): string => {
  if (value === undefined) return "nothing";
  const shown = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return shown.length > 300 ? `${shown.slice(0, 300)}…` : shown;
};

/** Judges a server while a check's steps are carried out. */
export class Execution implements Asker {
  readonly subject: Subject;
  readonly signal: AbortSignal;
  readonly http: HttpClient;
  readonly exchanges: Exchange[] = [];
  /** Whether a muted violation was met: what follows proves nothing. */
  tainted = false;
  #step = -1;
  /** Newest refresh token by listener. */
  readonly #refreshTokens = new Map<string, string>();
  readonly #cleanups: (() => Promise<unknown>)[] = [];
  readonly #options: ExecutionOptions;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.subject = options.subject;
    this.signal = options.signal;
    this.http = new HttpClient(this, options.subject.url);
  }

  /** Says which step is carried out. */
  at(step: number): void {
    this.#step = step;
  }

  /** The step that is carried out; -1 before the first. */
  get step(): number {
    return this.#step;
  }

  /** Notes what is sent; the returned function notes what came back. */
  exchange(sent: string): (got: string) => void {
    const entry: Exchange = { step: this.#step, sent, got: "no answer" };
    this.exchanges.push(entry);
    return (got) => {
      entry.got = got;
    };
  }

  /**
   * Judges `id`: it holds when `ok` is true.
   * @throws Violation when it does not, unless that is known already
   */
  must(id: string, ok: boolean, expected: string, got: unknown): void {
    requirement(id);
    this.#options.tally.add(id, this.#options.check, ok);
    if (ok) return;
    if (this.#options.muted.has(id)) this.tainted = true;
    else throw new Violation(id, expected, text(got));
  }

  /** Judges that `got` is `expected`. @throws Violation */
  same(id: string, got: unknown, expected: unknown, what = ""): void {
    const ok = JSON.stringify(got) === JSON.stringify(expected);
    this.must(id, ok, `${what ? `${what} ` : ""}${text(expected)}`, got);
  }

  /** A listener that no other execution uses, where the server can be asked for one. @throws NotTestable */
  async listener(wishes: Wishes = {}): Promise<Listener> {
    const listener = await this.subject.listener(wishes, this.signal);
    if (listener.remove) this.later(listener.remove);
    return listener;
  }

  /**
   * A fresh access token of `listener`, after the clock was moved; the refresh token is replaced at each use.
   * @throws NotTestable
   */
  async freshToken({ id, clientId, refreshToken }: Listener): Promise<string> {
    const metadata = await this.http.get("/.well-known/openid-configuration", { plain: true });
    const form = {
      grant_type: "refresh_token",
      client_id: clientId ?? "",
      refresh_token: this.#refreshTokens.get(id) ?? refreshToken ?? "",
    };
    const endpoint = String(metadata.json?.token_endpoint ?? "/");
    const answer = await this.http.ask("POST", endpoint, {
      form,
      plain: true,
      as: "token endpoint {refresh}",
    });
    if (answer.status !== 200) return this.notTestable(`the refresh token was answered ${answer.status}`);
    this.#refreshTokens.set(id, answer.json.refresh_token);
    return answer.json.access_token;
  }

  /** @throws NotTestable */
  notTestable(why: string): never {
    throw new NotTestable(why);
  }

  /** To be done after the execution, whatever its outcome; a failure there says nothing about the server. */
  later(cleanup: () => Promise<unknown>): void {
    this.#cleanups.push(cleanup);
  }

  async cleanUp(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup().catch(() => {});
  }
}
