/** The page that the authorization server sends the browser back to. */
import { completeSignIn } from "@segue/client-sdk/web";
import "./styles/base.css";

const message = document.getElementById("message");
const home = document.getElementById("home");

function end(text: string): void {
  if (message) message.textContent = text;
  if (home) home.hidden = false;
}

completeSignIn().then(
  (result) => {
    if (result === "closed") end("You can close this window.");
    if (result === "unknown") end("No sign-in is waiting here. Begin again from the player.");
  },
  () => end("Signing in did not succeed. Begin again from the player."),
);
