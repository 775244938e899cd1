import type { SegueClient } from "@segue/client-sdk";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";
import { ClientProvider } from "./state/client";
import { UiProvider } from "./state/ui";
import "./styles/index.css";

declare global {
  interface Window {
    /** The client that the page uses, for a curious developer's console. */
    segue?: SegueClient;
  }
}

export function mount(client: SegueClient, root: HTMLElement): void {
  window.segue = client;
  createRoot(root).render(
    <StrictMode>
      <UiProvider>
        <ClientProvider client={client}>
          <App />
        </ClientProvider>
      </UiProvider>
    </StrictMode>,
  );
}
