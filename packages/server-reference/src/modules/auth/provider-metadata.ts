/** What another OpenID provider publishes about itself. */

/** Largest document of a provider that is read, in bytes. */
const MAX_BYTES = 256 * 1024;

/** Metadata by name; whoever reads one checks it. */
export type ProviderMetadata = Readonly<Record<string, unknown>>;

/** The JSON at `url`. Rejects with an Error when it cannot be had. */
export async function readJson(url: URL, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } });
  if (response.status !== 200 || response.body === null) throw new Error(`status ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    if (length > MAX_BYTES) {
      await reader.cancel();
      throw new Error(`more than ${MAX_BYTES} bytes`);
    }
    chunks.push(read.value);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

/** The discovery document of `issuer`, which has no slash at its end. Rejects with an Error when it cannot be had. */
export async function readMetadata(issuer: string, signal: AbortSignal): Promise<ProviderMetadata> {
  const said = (await readJson(
    new URL(`${issuer}/.well-known/openid-configuration`),
    signal,
  )) as ProviderMetadata | null;
  if (typeof said?.issuer !== "string" || said.issuer.replace(/\/+$/, "") !== issuer)
    throw new Error("its discovery document is another issuer's");
  return said;
}
