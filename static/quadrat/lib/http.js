// @ts-check
/**
 * @typedef {{status: number, body: any}} Answer  status 0: the server was not reached
 */

/** @param {string} name */
function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

/**
 * One request as JSON, with the CSRF token. Never throws: being offline is an answer too.
 * @param {string} method @param {string} url @param {unknown} [body] @returns {Promise<Answer>}
 */
export async function request(method, url, body) {
  try {
    const reply = await fetch(url, {
      method,
      credentials: "same-origin",
      keepalive: true, // an answer on its way survives the closing of the tab
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": cookie("csrftoken"),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: reply.status, body: await reply.json().catch(() => null) };
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
