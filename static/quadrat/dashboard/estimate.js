// @ts-check
/** What a plan of campaigns asks of the crowd, as `crowd/planning.py` reckons it. */

/**
 * @typedef {{images: number, kind: string, seconds: number}} Row  seconds: of attention an answer takes
 * @typedef {{workers: Record<string, number>, price: number, isHourly: boolean, more: number, limit: number}} Wishes
 *   workers: a photograph, by kind; more: how many may be asked where they disagree; limit: of all
 * @typedef {{images: number, answers: number, most: number, hours: number, cost: number}} Effort
 */

/** @param {Row} row @param {Wishes} wishes @returns {Effort} */
export function effortOf(row, wishes) {
  const workers = wishes.workers[row.kind] ?? 0;
  const answers = row.images * workers;
  const most = row.images * Math.min(workers + wishes.more, wishes.limit);
  const hours = (answers * row.seconds) / 3600;
  return { images: row.images, answers, most, hours, cost: wishes.price * (wishes.isHourly ? hours : answers) };
}

/** @param {Effort[]} efforts @returns {Effort} */
export function together(efforts) {
  const none = { images: 0, answers: 0, most: 0, hours: 0, cost: 0 };
  return efforts.reduce(
    (sum, one) => ({
      images: sum.images + one.images,
      answers: sum.answers + one.answers,
      most: sum.most + one.most,
      hours: sum.hours + one.hours,
      cost: sum.cost + one.cost,
    }),
    none,
  );
}

/** @param {number} value @param {number} digits */
const fixed = (value, digits) =>
  value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** An effort as the page writes it. @param {Effort} effort @returns {Record<keyof Effort, string>} */
export function written(effort) {
  return {
    images: fixed(effort.images, 0),
    answers: fixed(effort.answers, 0),
    most: fixed(effort.most, 0),
    hours: hoursOf(effort.hours),
    cost: fixed(effort.cost, effort.cost < 1000 ? 2 : 0),
  };
}

/** @param {number} hours */
function hoursOf(hours) {
  if (hours < 1) return `${fixed(60 * hours, 0)} min`;
  return `${fixed(hours, hours < 100 ? 1 : 0)} h`;
}
