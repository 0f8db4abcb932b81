// @ts-check
/** An answer that the server refused: its photo comes back with the reasons, to be corrected. */
import { say } from "./dom.js";
import { load } from "./supply.js";

/** @param {import("./session.js").Session} session @param {import("./outbox.js").Entry} entry @param {any} body */
export async function reopen(session, entry, body) {
  const item = load(entry.assignment);
  const shown = session.item;
  if (shown && shown.assignment.id !== entry.assignment.id) session.supply.putBack(shown);
  const { outcome } = entry.body;
  const { memo } = entry.assignment;
  const detail = body?.detail ?? say("refused");
  session.last = { item, outcome, memo, at: 0, reasons: body?.errors, detail };
  await session.show(item, session.last);
  session.tell(detail, true);
}
