// @ts-check
/**
 * Signed out in the middle of the work: everything stays as it is behind a question, and goes on
 * as soon as the same worker is signed in again, here or in another tab.
 */
import { byId, dialog, say, setText } from "./dom.js";
import { request } from "./http.js";

const LOOK_MS = 4_000;

/** @type {Promise<void>|null} */
let asking = null;

/**
 * Whether this browser is signed in as the page's worker: "yes", "no", as "other", or "unreached".
 * @param {any} page @returns {Promise<"yes"|"no"|"other"|"unreached">}
 */
async function whoIsIn(page) {
  const { status, body } = await request("GET", page.urls.who);
  if (status === 200) return body?.worker === page.worker.key ? "yes" : "other";
  return status === 401 || status === 403 ? "no" : "unreached";
}

/** Signed out, or signed in and not allowed? @param {import("./session.js").Session} session @param {string} detail */
export async function handleForbidden(session, detail) {
  const who = await whoIsIn(session.page);
  if (who === "yes") session.card("stopped", { detail });
  else if (who === "unreached") session.cardFor(0, "");
  else {
    await askToSignIn(session.page);
    void session.outbox.flush();
    if (!session.item) void session.advance();
  }
}

/** Ask to sign in; settles when the page's worker is back. @param {any} page */
function askToSignIn(page) {
  asking ??= new Promise((resolve) => open(page, resolve)).then(() => void (asking = null));
  return asking;
}

/** @param {any} page @param {(value: unknown) => void} done */
function open(page, done) {
  const question = dialog("signed-out");
  let isOver = false;
  // browsers let a second Escape close what the first must not
  const stay = () => question.showModal();
  const look = async () => {
    if (document.hidden) return;
    const who = await whoIsIn(page);
    setText(byId("signed-out-who"), who === "other" ? say("signed_out.other") : "");
    if (who !== "yes" || isOver) return;
    isOver = true;
    clearInterval(timer);
    question.removeEventListener("close", stay);
    document.removeEventListener("visibilitychange", look);
    question.close();
    done(null);
  };
  const timer = setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
  question.addEventListener("close", stay);
  question.addEventListener("cancel", (event) => event.preventDefault());
  for (const other of document.querySelectorAll("dialog[open]")) {
    /** @type {HTMLDialogElement} */ (other).close();
  }
  question.showModal();
  void look();
}
