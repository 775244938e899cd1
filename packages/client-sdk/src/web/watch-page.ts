import type { EventsDriver } from "../events/events";

/**
 * Lets the outbox know that the page may be about to go, and that the network is back. `unload` is not among the signals:
 * it keeps a page out of the back-forward cache and never comes on phones.
 */
export function watchPage(events: Pick<EventsDriver, "leave" | "online">): () => void {
  const onHidden = () => {
    if (document.visibilityState === "hidden") events.leave();
  };
  const onHide = () => events.leave();
  const onOnline = () => events.online();
  document.addEventListener("visibilitychange", onHidden);
  window.addEventListener("pagehide", onHide);
  window.addEventListener("online", onOnline);
  return () => {
    document.removeEventListener("visibilitychange", onHidden);
    window.removeEventListener("pagehide", onHide);
    window.removeEventListener("online", onOnline);
  };
}
