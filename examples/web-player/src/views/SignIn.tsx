import { ERROR_TABLE, SegueError } from "@segue/client-sdk";
import { useState } from "react";
import { useAuth, useClient } from "../state/client";
import { useResource } from "../state/resource";

export function SignIn() {
  const { auth, api } = useClient();
  const state = useAuth();
  // A sign-in that left the page, or ended by itself, is told by the state.
  const earlier = state.kind === "signed_out" && state.error?.code !== "aborted" ? state.error : null;
  const [failure, setError] = useState<SegueError | null>(null);
  const error = failure ?? earlier;
  const [busy, setBusy] = useState(false);
  const server = useResource("capabilities", () => api.capabilities());
  const signIn = async (mode: "popup" | "redirect") => {
    setError(null);
    setBusy(true);
    try {
      await auth.signIn({ mode });
    } catch (cause) {
      const reason = SegueError.from(cause, "sign_in_failed");
      // A blocked popup is no reason to stop: the same sign-in works in this tab.
      if (mode === "popup" && reason.detail?.includes("blocked")) return void signIn("redirect");
      if (reason.code !== "aborted") setError(reason);
    }
    setBusy(false);
  };
  const waiting = busy || state.kind === "signing_in";
  return (
    <main className="sign-in">
      <div className="sign-in-words">
        <p className="wordmark">segue</p>
        <h1>
          One track
          <br />
          into the next.
        </h1>
        <p className="sign-in-lead">
          Encrypted music that plays without a gap, from any server that speaks Segue.
        </p>
        <div className="sign-in-actions">
          <button
            type="button"
            className="button button-primary"
            disabled={waiting}
            onClick={() => signIn("popup")}
          >
            {waiting ? "Waiting for the sign-in window" : "Sign in"}
          </button>
          {(error || busy) && (
            <button type="button" className="button" onClick={() => signIn("redirect")}>
              Continue in this tab
            </button>
          )}
        </div>
        <div className="sign-in-state" role="status">
          {error && (
            <p className="error-text">
              <strong>{ERROR_TABLE[error.code].title}</strong> {error.remedy}
            </p>
          )}
          {!error && server.status === "ready" && (
            <p>
              {server.data.server.name} {server.data.server.version}
              {server.data.sandbox && " · a sandbox with demo listeners"}
            </p>
          )}
          {!error && server.status === "failed" && (
            <p className="error-text">
              <strong>{ERROR_TABLE[server.error.code].title}</strong>{" "}
              <button type="button" className="link" onClick={server.retry}>
                Try again
              </button>
            </p>
          )}
        </div>
      </div>
      <svg
        className="sign-in-wave"
        viewBox="0 0 800 400"
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <path d="M0 200C100 40 150 40 230 200S370 360 430 200s130-160 200 0 110 150 170 0" />
        <path d="M0 200C80 90 170 80 240 200s120 100 190 0 140-110 200 0 110 90 170 0" />
        <path d="M0 200C90 150 160 140 240 200s110 50 190 0 130-60 200 0 110 40 170 0" />
      </svg>
    </main>
  );
}
