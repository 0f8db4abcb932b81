// @ts-check
/**
 * @typedef {{status: number, body: any}} Answer  status 0: the server was not reached
 */

/** @param {string} name */
function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

let worker = "";

/** Whose page this is: the server refuses what another one, signed in meanwhile, would send. @param {string} key */
export function iAm(key) {
  worker = key;
}

/** A connection that says nothing for so long is as good as none. */
const LIMIT_MS = 30_000;

/**
 * One request as JSON, with the CSRF token. Never throws: being offline is an answer too, and so
 * counts every reply that is not JSON, or breaks off.
 * @param {string} method @param {string} url @param {unknown} [body] @param {number} [limit] milliseconds
 * @returns {Promise<Answer>}
 */
export async function request(method, url, body, limit = LIMIT_MS) {
  try {
    const reply = await fetch(url, {
      method,
      credentials: "same-origin",
      keepalive: true, // an answer on its way survives the closing of the tab
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": cookie("csrftoken"),
        ...(worker && { "X-Quadrat-Worker": worker }),
      },
      signal: AbortSignal.timeout(limit),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const { status } = reply;
    const found = await reply.json().catch(() => null);
    // a page of somebody on the way (a hotel's sign-in, a proxy) is no word of the server's
    const isForeign = found === null && status !== 204 && status < 500;
    return { status: isForeign ? 0 : status, body: found };
  } catch {
    return { status: 0, body: null };
  }
}

/** A version 4 UUID; crypto.randomUUID is missing on plain http. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
