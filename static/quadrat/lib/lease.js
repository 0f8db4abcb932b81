// @ts-check
/**
 * Leases renew themselves while the page is visible; nobody is timed.
 *
 * @typedef {{id: string, lease_until: string, server_time: string}} Leased
 */

const AT_MOST_MS = 60_000;

/** A third of the shortest lease, at most a minute, at least 5 s. @param {Leased[]} held */
export function renewalDelay(held) {
  const lengths = held.map((a) => Date.parse(a.lease_until) - Date.parse(a.server_time));
  return Math.max(5_000, Math.min(AT_MOST_MS, ...lengths.map((length) => length / 3)));
}

/**
 * @param {() => Leased[]} held @param {(id: string) => Promise<unknown>} renew
 * @returns {() => void} call it when the leases change
 */
export function keepLeases(held, renew) {
  let timer = 0;
  const plan = () => {
    clearTimeout(timer);
    timer = window.setTimeout(tick, renewalDelay(held()));
  };
  const tick = async () => {
    if (document.visibilityState === "visible") await Promise.all(held().map((a) => renew(a.id)));
    plan();
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void tick();
  });
  plan();
  return plan;
}
