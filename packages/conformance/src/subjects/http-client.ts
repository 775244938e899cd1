/** HTTP against the server under test; every answer is judged by what holds for all answers. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, judgeAnswer } from "../models/answers";
import type { Judge } from "../models/judge";
import { NoAnswer } from "../outcomes";

/** What is asked. */
export interface Ask {
  readonly token?: string | undefined;
  readonly json?: unknown;
  readonly body?: Uint8Array | string | undefined;
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How the request is shown, when its address is long. */
  readonly as?: string | undefined;
  /** Answers outside the protocol's rules, such as the authorization server's. */
  readonly plain?: boolean | undefined;
}

/** Longest wait for an answer. */
const TIMEOUT_MS = 15_000;
const MAX_RETRIES = 3;
const MAX_WAIT_S = 65;

const brief = (path: string) =>
  path.replace(/([a-z]{3}_[0-9a-z]{4})[0-9a-z]{22}/g, "$1…").replace(/([0-9a-f]{6})[0-9a-f]{58}/g, "$1…");

/** `GET /v1/me`, with the header that matters. */
function shown(method: string, path: string, ask: Ask): string {
  const headers = Object.entries(ask.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const body =
    ask.json === undefined
      ? ""
      : ` ${brief(JSON.stringify(ask.json))
          .replace(/("[A-Za-z0-9+/_=-]{20})[A-Za-z0-9+/_=-]+"/g, '$1…"')
          .slice(0, 160)}`;
  const about = ask.as ?? `${brief(path).slice(0, 160)}${body}`;
  return `${method} ${about}${headers.length > 0 ? `  [${headers.join("; ").slice(0, 120)}]` : ""}`;
}

function parse(bytes: Buffer, type: string | null): unknown {
  if (!/[/+]json/.test(type ?? "")) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Who asks: judges answers, and notes what was exchanged. */
export interface Asker extends Judge {
  readonly signal: AbortSignal;
  /** Notes what is sent; the returned function notes what came back. */
  exchange(sent: string): (got: string) => void;
}

/** Makes the requests of one execution. */
export class HttpClient {
  readonly #run: Asker;

  constructor(
    run: Asker,
    readonly origin: string,
  ) {
    this.#run = run;
  }

  /** @throws NoAnswer, Violation */
  async ask(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#once(method, path, ask);
      const wait = Number(answer.headers.get("retry-after"));
      const limited = answer.status === 429 && attempt < MAX_RETRIES && wait > 0 && wait <= MAX_WAIT_S;
      if (!limited) return answer;
      await sleep(wait * 1000, undefined, { signal: this.#run.signal });
    }
  }

  get = (path: string, ask?: Ask) => this.ask("GET", path, ask);
  post = (path: string, json: unknown, ask: Ask = {}) => this.ask("POST", path, { ...ask, json });

  async #once(method: string, path: string, ask: Ask): Promise<Answer> {
    const got = this.#run.exchange(shown(method, path, ask));
    const body = ask.form
      ? new URLSearchParams(ask.form)
      : ask.json === undefined
        ? ask.body
        : JSON.stringify(ask.json);
    const init: RequestInit = {
      method,
      redirect: "manual",
      headers: {
        ...(ask.token === undefined ? {} : { authorization: `Bearer ${ask.token}` }),
        ...(ask.json === undefined ? {} : { "content-type": "application/json" }),
        ...ask.headers,
      },
      signal: AbortSignal.any([this.#run.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit["body"]> }),
    };
    let response: Response;
    let bytes: Buffer;
    try {
      response = await fetch(new URL(path, this.origin), init);
      bytes = Buffer.from(await response.arrayBuffer());
    } catch (error) {
      this.#run.signal.throwIfAborted();
      const { cause, message } = error as Error;
      const why = cause instanceof Error ? cause.message : message;
      got(`no answer (${why})`);
      throw new NoAnswer(`${method} ${brief(path)}: ${why}`, { cause: error });
    }
    const { status, headers } = response;
    const json = parse(bytes, headers.get("content-type")) as { code?: unknown } | undefined;
    got(`${status}${typeof json?.code === "string" ? ` ${json.code}` : ""}`);
    const answer: Answer = { method, path, status, headers, bytes, json };
    if (!ask.plain) judgeAnswer(this.#run, answer);
    return answer;
  }
}
