import { createWebClient, type WebEngineOptions } from "@segue/client-sdk/web";
import { mount } from "./mount";

declare global {
  interface Window {
    /** A script that runs before the page may set it: it then receives every block of sound that is played. */
    segueTap?: NonNullable<WebEngineOptions["tap"]>;
  }
}

const root = document.getElementById("root");
const engine = window.segueTap ? { tap: window.segueTap } : {};
if (root) mount(createWebClient({ serverUrl: window.location.origin, engine }), root);
