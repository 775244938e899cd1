/** Breaks of sign-in, catalog pages and errors. */
import { jsonOf, type Mutant, setJson } from "./mutant";

export const ACCOUNT_MUTANTS: readonly Mutant[] = [
  {
    id: "token-in-url",
    title: "an access token in the URL counts",
    requirement: "AUTH-011",
    checks: ["auth/access-tokens"],
    tamper: () => ({
      before: ({ url, headers }) => {
        const token = url.searchParams.get("access_token");
        if (token) headers.authorization = `Bearer ${token}`;
        url.searchParams.delete("access_token");
        return undefined;
      },
    }),
  },
  {
    id: "expired-is-unknown",
    title: "an expired token is answered as one that never was",
    requirement: "AUTH-012",
    checks: ["auth/token-expiry"],
    tamper: () => ({
      after: (_request, answer) => {
        const json = jsonOf(answer);
        if (json?.code === "token_expired") setJson(answer, { ...json, code: "unauthenticated" });
      },
    }),
  },
  {
    id: "replay-goes-unpunished",
    title: "a replaced refresh token is refused, but ends nothing",
    requirement: "AUTH-005",
    checks: ["auth/refresh"],
    tamper: () => {
      const used = new Set<string>();
      return {
        before: ({ url, body }) => {
          const token =
            url.pathname === "/oauth/token"
              ? new URLSearchParams(body.toString("utf8")).get("refresh_token")
              : null;
          if (!token) return undefined;
          if (!used.has(token)) {
            used.add(token);
            return undefined;
          }
          return {
            status: 400,
            headers: { "content-type": "application/json" },
            body: Buffer.from('{"error":"invalid_grant"}'),
          };
        },
      };
    },
  },
  {
    id: "page-repeats-an-entry",
    title: "a page begins with the last entry of the page before",
    requirement: "CAT-020",
    checks: ["catalog/pages"],
    tamper: () => ({
      after: ({ url }, answer) => {
        const json = url.searchParams.has("cursor") ? jsonOf(answer) : null;
        if (json?.items?.length > 0)
          setJson(answer, { ...json, items: [json.items[0], ...json.items].slice(0, json.items.length) });
      },
    }),
  },
  {
    id: "status-of-another-code",
    title: "what is not found is answered with status 400",
    requirement: "ERR-004",
    checks: ["catalog/access"],
    tamper: () => ({
      after: (_request, answer) => {
        if (jsonOf(answer)?.code === "not_found") answer.status = 400;
      },
    }),
  },
];
