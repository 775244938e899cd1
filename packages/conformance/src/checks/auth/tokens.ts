/** Access tokens: where they are taken, and what a bad one is answered. */
import fc from "fast-check";
import { expectProblem } from "../../models/answers";
import { check, type Step } from "../../runner/check";
import type { Listener } from "../../subjects/subject";

const PATHS = ["/v1/me", "/v1/home", "/v1/tracks?ids=trk_00000000000000000000000000", "/v1/devices"] as const;

type TokenStep = Step & {
  readonly do: "call";
  readonly path: (typeof PATHS)[number];
  readonly with: "good" | "none" | "garbage" | "cut" | "longer" | "in the url" | "basic";
};

export const accessTokens = check<TokenStep, { listener: Listener }>({
  id: "auth/access-tokens",
  title: "A token counts in its header, whole, and nowhere else",
  requirements: ["AUTH-011", "AUTH-012", "AUTH-013", "CAT-001"],
  runs: 10,
  steps: () =>
    fc.array(
      fc.record({
        do: fc.constant("call" as const),
        path: fc.constantFrom(...PATHS),
        with: fc.constantFrom(
          "good" as const,
          "none" as const,
          "garbage" as const,
          "cut" as const,
          "longer" as const,
          "in the url" as const,
          "basic" as const,
        ),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  begin: async (run) => ({ listener: await run.listener() }),
  async perform(run, { listener }, { path, with: how }) {
    const good = listener.accessToken;
    if (how === "good") {
      const answer = await run.http.get(path, { token: good });
      run.same("AUTH-012", answer.status, 200, "with a good token");
      return;
    }
    if (how === "in the url") {
      const at = `${path}${path.includes("?") ? "&" : "?"}access_token=${good}`;
      const answer = await run.http.get(at, { as: `${path} with access_token in the URL` });
      run.must("AUTH-011", answer.status === 401, "401", answer.status);
      return;
    }
    const token = {
      none: undefined,
      garbage: "not-a-token",
      cut: good.slice(0, -1),
      longer: `${good}A`,
      basic: undefined,
    }[how];
    const headers =
      how === "basic" ? { authorization: `Basic ${Buffer.from(`x:${good}`).toString("base64")}` } : {};
    const answer = await run.http.get(path, { token, headers, as: `${path} (token: ${how})` });
    const catalog = path !== "/v1/devices" && path !== "/v1/me";
    if (catalog)
      run.must(
        "CAT-001",
        ["unauthenticated", "token_expired"].includes(answer.json?.code),
        "401 unauthenticated",
        answer.json?.code ?? answer.status,
      );
    expectProblem(run, "AUTH-012", answer, "unauthenticated");
  },
});

export const tokenExpiry = check<Step, { listener: Listener }>({
  id: "auth/token-expiry",
  title: "An access token that has ended is told apart from one that never was",
  requirements: ["AUTH-012", "AUTH-004"],
  runs: 1,
  movesClock: true,
  steps: () => fc.constant([{ do: "wait for the end" }]),
  async begin(run) {
    run.later(() => run.subject.clock!.reset());
    return { listener: await run.listener() };
  },
  async perform(run, { listener }) {
    for (let hours = 0; hours < 48; hours++) {
      const answer = await run.http.get("/v1/me", { token: listener.accessToken });
      if (answer.status !== 200) {
        expectProblem(run, "AUTH-012", answer, "token_expired");
        return;
      }
      await run.subject.clock!.advance(3_600_000);
    }
    run.notTestable("the token lasts longer than two days");
  },
});
