// @ts-check
/**
 * Leases renew themselves while the page is visible; nobody is timed. Where that fails, the worker
 * hears of it two minutes before the end, and can try again. Only differences of times count: the
 * clock of a device may be hours off.
 *
 * @typedef {{id: string, lease_until: string, server_time: string, ends?: number, isLost?: boolean}} Leased
 *   ends: when it ends by this device's clock; isLost: it has gone to somebody else
 * @typedef {import("./http.js").Answer} Answer
 */
import { alarm, announce } from "./announce.js";
import { byId, say, setText } from "./dom.js";

const AT_MOST_MS = 60_000;
const WARNING_MS = 120_000;
const LOOK_MS = 5_000;

/** @param {Leased} lease how long it was given for */
const length = ({ lease_until: until, server_time: from }) => Date.parse(until) - Date.parse(from);

/** A third of the shortest lease, at most a minute, at least 5 s. @param {Leased[]} held */
export function renewalDelay(held) {
  return Math.max(5_000, Math.min(AT_MOST_MS, ...held.map((lease) => length(lease) / 3)));
}

/** Milliseconds to its end. @param {Leased} lease @param {number} [now] */
export function left(lease, now = Date.now()) {
  lease.ends ??= now + length(lease);
  return lease.ends - now;
}

/** What the worker should know of a lease. @param {Leased|null} lease @param {number} [now] @returns {""|"near"|"over"|"lost"} */
export function stateOf(lease, now = Date.now()) {
  if (!lease) return "";
  if (lease.isLost) return "lost";
  const rest = left(lease, now);
  if (rest <= 0) return "over";
  return rest < Math.min(WARNING_MS, length(lease) / 2) ? "near" : "";
}

/** What the server says of a renewal. @param {Leased} lease @param {Answer|undefined} reply @param {number} [now] */
export function renewed(lease, reply, now = Date.now()) {
  const { status = 0, body = null } = reply ?? {};
  const fresh = body?.assignments?.find((/** @type {Leased} */ one) => one.id === lease.id) ?? body;
  lease.isLost = status === 404 || status === 409;
  if (status >= 300 || !fresh?.lease_until) return;
  lease.lease_until = fresh.lease_until;
  lease.server_time = fresh.server_time;
  lease.ends = now + length(lease);
}

/**
 * @param {() => Leased[]} held @param {(id: string) => Promise<Answer|undefined>} renew
 * @param {() => Leased|null} [current] the photo in sight, whose end is told
 */
export function keepLeases(held, renew, current) {
  let timer = 0;
  const plan = () => {
    clearTimeout(timer);
    timer = window.setTimeout(tick, renewalDelay(held()));
  };
  const renewAll = () => Promise.all(held().map(async (a) => a.isLost || renewed(a, await renew(a.id))));
  const tick = async () => {
    if (document.visibilityState === "visible") await renewAll();
    if (current) warn(current());
    plan();
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void tick();
  });
  if (current) {
    addEventListener("online", () => void tick());
    byId("lease-extend").addEventListener("click", () => void extend(tick, current));
    setInterval(() => {
      for (const lease of held()) left(lease);
      warn(current());
    }, LOOK_MS);
  }
  plan();
}

/** The worker asks for more time. @param {() => Promise<void>} tick @param {() => Leased|null} current */
async function extend(tick, current) {
  await tick();
  const state = stateOf(current());
  if (state === "near" || state === "over") alarm(say("lease.unreached"));
  if (!state) announce(say("lease.kept"));
}

/** @param {Leased|null} lease */
function warn(lease) {
  const state = stateOf(lease);
  const bar = byId("lease-warning");
  const text = lease && state ? say(`lease.${state}`, { n: Math.ceil(left(lease) / 60_000) }) : "";
  if (state && bar.dataset.state !== state) alarm(text);
  bar.dataset.state = state;
  bar.hidden = !state;
  setText(byId("lease-text"), text);
  byId("lease-extend").hidden = state === "lost";
}
