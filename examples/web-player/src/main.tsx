import { createWebClient } from "@segue/client-sdk/web";
import { mount } from "./mount";

const root = document.getElementById("root");
if (root) mount(createWebClient({ serverUrl: window.location.origin }), root);
