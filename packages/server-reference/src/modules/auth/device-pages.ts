/** Pages of the device grant, in the form that oidc-provider asks for them. */
import { escapeHtml, page, pageHeaders } from "./pages";

interface PageContext {
  body: unknown;
  set(headers: Record<string, string>): void;
  readonly oidc: { readonly client?: { readonly clientName?: string; readonly clientId: string } };
}

function show(ctx: PageContext, title: string, content: string): void {
  ctx.set(pageHeaders());
  ctx.body = page(title, content);
}

/** Configuration of `features.deviceFlow`. */
export const deviceFlow = {
  enabled: true,
  charset: "base-20",
  mask: "****-****",
  async userCodeInputSource(
    ctx: PageContext,
    form: string,
    _out: unknown,
    error?: { userCode?: string; name?: string },
  ) {
    const wrong = error?.userCode || error?.name === "NoCodeError";
    const said = wrong
      ? `<p class="error" role="alert">That code is not known, or it has expired.</p>`
      : error?.name === "AbortedError"
        ? `<p class="error" role="alert">The sign-in was cancelled.</p>`
        : error
          ? `<p class="error" role="alert">That did not work. Try again.</p>`
          : `<p>Type the code that your device shows.</p>`;
    show(
      ctx,
      "Connect a device",
      `${said}${form}<button type="submit" form="op.deviceInputForm">Continue</button>`,
    );
  },
  async userCodeConfirmSource(
    ctx: PageContext,
    form: string,
    client: { clientName?: string; clientId: string },
    _device: unknown,
    userCode: string,
  ) {
    show(
      ctx,
      "Is this your device?",
      `<p>${escapeHtml(client.clientName ?? client.clientId)} shows this code:</p><p><code>${escapeHtml(userCode)}</code></p>
<p>If you do not see it on a device in front of you, cancel.</p>${form}
<button type="submit" form="op.deviceConfirmForm">Yes, connect it</button>
<button class="plain" type="submit" form="op.deviceConfirmForm" value="yes" name="abort">Cancel</button>`,
    );
  },
  async successSource(ctx: PageContext) {
    show(ctx, "Connected", "<p>Your device is signed in. You can close this page.</p>");
  },
};
