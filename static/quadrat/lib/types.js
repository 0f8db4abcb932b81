// @ts-check
/**
 * What a session and its page tell each other.
 *
 * @typedef {import("./supply.js").Item} Item
 *
 * @typedef {object} Hooks
 * @property {(item: Item, before: Answered|null) => void} show  `before`: an answer to correct
 * @property {() => void} hide                      no photo now, a card is shown
 * @property {(text: string) => void} [tell]        a sentence for the worker, seen and heard
 * @property {typeof import("./outbox.js").Outbox} [Box]  another way of sending answers
 *
 * @typedef {{item: Item, outcome: string, memo: unknown, at: number, reasons?: any, detail?: string}} Answered
 */
export {};
