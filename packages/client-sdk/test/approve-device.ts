/** Approves a device grant as a listener of the sandbox would, page by page. */
export async function approveDevice(
  verificationUri: string,
  user: "ada" | "bob",
  userCode: string,
): Promise<void> {
  const cookies = new Map<string, string>();

  async function load(url: string, form?: URLSearchParams): Promise<{ url: string; html: string }> {
    const init: RequestInit = {
      redirect: "manual",
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      ...(form ? { method: "POST", body: form } : {}),
    };
    const response = await fetch(url, init);
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (!name) continue;
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    const location = response.headers.get("location");
    return location ? load(new URL(location, url).href) : { url, html: await response.text() };
  }

  let page = await load(verificationUri);
  for (let step = 0; step < 8 && !page.html.includes("<h1>Connected"); step++) {
    const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(page.html);
    if (!form) throw new Error(`no form on ${page.url}: ${page.html.slice(-600)}`);
    const fields = new URLSearchParams();
    for (const [input] of form[2]!.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(input)?.[1];
      if (name) fields.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? "");
    }
    if (fields.has("user_code") && !fields.get("user_code")) fields.set("user_code", userCode);
    if (form[2]!.includes('name="demo"')) fields.set("demo", user);
    page = await load(new URL(form[1]!.replaceAll("&amp;", "&"), page.url).href, fields);
  }
  if (!page.html.includes("<h1>Connected")) throw new Error(`not connected: ${page.html.slice(-600)}`);
}
