/** What runs on the page to which the authorization server sends the browser back. */
import { channelName, RESULT_KEY, readPending } from "./transaction";

/** `closed`: a popup told its opener; `returned`: the page goes back to the application; `unknown`: no sign-in waits. */
export type CompletedSignIn = "closed" | "returned" | "unknown";

const ANSWER_WAIT_MS = 10_000;

/**
 * Ends a sign-in on the callback page: hands the answer to the window that waits for it and closes the popup,
 * or goes back to the page from which the redirect began. The opener need not be reachable.
 */
export async function completeSignIn(): Promise<CompletedSignIn> {
  const answer = window.location.href;
  const state = new URL(answer).searchParams.get("state");
  if (!state || !/^[\w-]{16,128}$/.test(state)) return "unknown";
  const pending = readPending(window.sessionStorage, state);
  if (pending) {
    window.sessionStorage.setItem(RESULT_KEY, JSON.stringify({ state, answer }));
    window.location.replace(pending.returnTo);
    return "returned";
  }
  const heard = await tellOpener(state, answer);
  if (heard) window.close();
  return heard ? "closed" : "unknown";
}

function tellOpener(state: string, answer: string): Promise<boolean> {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(channelName(state));
    const end = (heard: boolean) => {
      clearTimeout(timer);
      channel.close();
      resolve(heard);
    };
    const timer = setTimeout(() => end(false), ANSWER_WAIT_MS);
    channel.onmessage = (event) => {
      if ((event.data as { kind?: unknown } | null)?.kind === "heard") end(true);
    };
    channel.postMessage({ kind: "answer", answer });
  });
}
