/** The pages of signing in: no script, one inline style that the policy names by its hash. */
import { createHash } from "node:crypto";
import { DEMO_USERS } from "./demo-users";

const STYLE = `
:root{color-scheme:dark;--bg:#0f1113;--card:#181b1f;--line:#2b3036;--text:#f2f3f4;--dim:#a3abb3;--accent:#7fd1ae;--bad:#ff9d8a}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--bg);color:var(--text);
font:16px/1.5 system-ui,sans-serif;padding:24px}main{width:100%;max-width:380px;background:var(--card);border:1px solid var(--line);
border-radius:14px;padding:28px}.brand{font-weight:700;letter-spacing:.02em;color:var(--accent);margin:0 0 16px}h1{font-size:1.35rem;
margin:0 0 6px}p{color:var(--dim);margin:0 0 18px}label{display:block;margin:0 0 14px;color:var(--dim);font-size:.9rem}
input[type=text],input[type=password]{display:block;width:100%;margin-top:4px;padding:11px 12px;font:inherit;color:var(--text);
background:var(--bg);border:1px solid var(--line);border-radius:8px}button{display:block;width:100%;padding:11px 14px;margin:0 0 10px;
font:inherit;font-weight:600;color:#08130e;background:var(--accent);border:0;border-radius:8px;cursor:pointer}
button.plain{background:transparent;color:var(--text);border:1px solid var(--line)}button:focus-visible,input:focus-visible{outline:2px solid var(--text);outline-offset:2px}
.error{color:var(--bad)}.or{display:flex;align-items:center;gap:10px;color:var(--dim);font-size:.85rem;margin:18px 0}
.or::before,.or::after{content:"";flex:1;height:1px;background:var(--line)}code{font-size:1.5rem;letter-spacing:.12em;color:var(--text)}
small{color:var(--dim)}`;
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** `text` for HTML content and attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Headers of such a page; forms may lead to `formTargets` besides the page's own origin. */
export function pageHeaders(formTargets: readonly string[] = []): Record<string, string> {
  const targets = ["'self'", ...formTargets].join(" ");
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action ${targets}; frame-ancestors 'none'; base-uri 'none'`,
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
}

/** A page titled `title` around `content`, which is HTML. */
export function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)} · Segue</title><style>${STYLE}</style></head><body><main><p class="brand">Segue</p>
<h1>${escapeHtml(title)}</h1>${content}</main></body></html>`;
}

/** What the sign-in page shows. */
export interface SignInPage {
  readonly action: string;
  readonly csrf: string;
  readonly client: string;
  readonly sandbox: boolean;
  /** What went wrong with the last attempt. */
  readonly error?: string;
  readonly login?: string;
}

/** The sign-in page. */
export function signInPage({ action, csrf, client, sandbox, error, login }: SignInPage): string {
  const open = `<form method="post" action="${escapeHtml(action)}"><input type="hidden" name="csrf" value="${escapeHtml(csrf)}">`;
  const oneClick = DEMO_USERS.map(
    (user) =>
      `<button name="demo" value="${user.login}">Continue as ${escapeHtml(user.name)} (${user.plan})</button>`,
  ).join("");
  const passwords = DEMO_USERS.map((user) => `${user.login} / ${user.password}`).join(", ");
  const sandboxPart = sandbox ? `${open}${oneClick}</form><div class="or">or with a password</div>` : "";
  const note = sandbox ? `<small>Sandbox accounts: ${escapeHtml(passwords)}</small>` : "";
  return page(
    "Sign in",
    `<p>to continue to ${escapeHtml(client)}</p>${error ? `<p class="error" role="alert">${escapeHtml(error)}</p>` : ""}
${sandboxPart}${open}<label>Name<input type="text" name="login" autocomplete="username" required maxlength="100" value="${escapeHtml(login ?? "")}"></label>
<label>Password<input type="password" name="password" autocomplete="current-password" required maxlength="1024"></label>
<button${sandbox ? ' class="plain"' : ""}>Sign in</button><button class="plain" name="cancel" value="1" formnovalidate>Cancel</button></form>${note}`,
  );
}
