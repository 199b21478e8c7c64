/** The HTML report's charts: inline SVG, coloured by the style sheet, each with a text that says the same. */

import { DAY_MS } from "../../../common/values/instants";
import { minute, percent } from "../../../common/values/words";
import type { Attestation, SlotStatus } from "../../figures/schedule";
import type { Tally } from "../../figures/scores";
import type { RulesAdded, TrendPoint } from "../../figures/trend";
import type { Period } from "../../request/period";
import { html, type Markup } from "./markup";

/** What the lines are drawn in; the page stretches it to the width and height of the chart. */
const PLOT = { width: 1000, height: 200 };
const MOST_POINTS = 400;

/**
 * The score (and coverage) in time; a sentence while there are fewer than two runs. Only the lines are stretched with
 * the page: labels and the end's dot stand beside them as text does, so that they stay readable on a phone.
 */
export function trendChart(
  points: readonly TrendPoint[],
  added: readonly RulesAdded[],
  from: string,
  period: Period,
): Markup {
  const shown = thinned(points.filter(({ score }) => score !== null));
  const first = shown[0];
  const last = shown.at(-1);
  if (first === undefined || last === undefined || shown.length < 2) {
    return html`<p class="none">A trend needs two runs at different times; there are not that many yet.</p>`;
  }
  const start = Math.max(Date.parse(from), Math.min(Date.parse(first.at), Date.parse(period.from)));
  const end = Date.parse(period.to);
  const values = shown.flatMap(({ score, coverage }) => [score ?? 100, coverage ?? 100]);
  const floor = Math.max(0, Math.floor((Math.min(...values) - 2) / 10) * 10);
  const along = (instant: string) => (Date.parse(instant) - start) / (end - start);
  const down = (value: number) => (100 - value) / (100 - floor);
  const x = (instant: string) => round(along(instant) * PLOT.width);
  const y = (value: number) => round(down(value) * PLOT.height);
  // A value holds until the next run: a slope would show scores that nobody measured.
  const line = (pick: (point: TrendPoint) => number | null) => {
    let path = "";
    for (const point of shown) {
      const value = pick(point);
      if (value === null) continue;
      const [left, top] = [x(point.at), y(value)];
      path += path === "" ? `M${left} ${top}` : `H${left}V${top}`;
    }
    return path === "" ? path : `${path}H${PLOT.width}`;
  };
  const hasExceptions = shown.some(({ excepted }) => excepted > 0);
  const periodX = Math.max(0, x(period.from));
  const grid = [floor, (floor + 100) / 2, 100];
  const isShort = end - start < 3 * DAY_MS;
  const ticks = ticksOf(start, end);
  const isTight = ticks.length > MOST_TICKS_ON_PHONES;
  const tickMark = (tick: string, index: number) => {
    const at = share(along(tick));
    const text = isShort
      ? tick.slice(5, 16).replace("T", " ")
      : html`<span class="year">${tick.slice(0, 5)}</span>${tick.slice(5, 10)}`;
    const style = isTight && index % 2 === 1 ? "x spare" : "x";
    return html`<span class="tick" style="--at:${at}"></span><span class="${style}" style="--at:${at}">${text}</span>`;
  };
  const legend = [
    html`<li>${key("score")}Score, %</li>`,
    hasExceptions && html`<li>${key("accepted")}Score, accepted failures left out</li>`,
    html`<li>${key("coverage")}Coverage</li>`,
    added.length > 0 && html`<li>${key("added")}Rules were added</li>`,
    periodX > 1 && html`<li>Shaded: the period of this report</li>`,
  ];
  return html`<figure>
<div class="chart">
<svg class="trend" viewBox="0 0 ${PLOT.width} ${PLOT.height}" preserveAspectRatio="none" role="img"
  aria-labelledby="trend-title trend-text">
<title id="trend-title">Score in time</title>
<desc id="trend-text">The score was ${percent(first.score)} on ${minute(first.at)} and ${percent(last.score)} on
${minute(last.at)}.${added.map(({ at }) => ` Rules were added on ${minute(at)}.`)}</desc>
<rect class="period" x="${periodX}" y="0" width="${round(PLOT.width - periodX)}" height="${PLOT.height}"/>
${grid.map((value) => html`<line class="grid" x1="0" x2="${PLOT.width}" y1="${y(value)}" y2="${y(value)}"/>`)}
${added.map(({ at }) => html`<line class="added" x1="${x(at)}" x2="${x(at)}" y1="0" y2="${PLOT.height}"/>`)}
<path class="coverage" d="${line(({ coverage }) => coverage)}"/>
${hasExceptions && html`<path class="accepted" d="${line(({ scoreWithExceptions }) => scoreWithExceptions)}"/>`}
<path class="score" d="${line(({ score }) => score)}"/>
</svg>
<div aria-hidden="true">
${grid.map((value) => html`<span class="y" style="--at:${share(down(value))}">${value}</span>`)}
${ticks.map(tickMark)}
<span class="dot" style="left:${share(along(last.at))};top:${share(down(last.score ?? 0))}"></span>
</div>
</div>
<ul class="legend">${legend}</ul>
</figure>`;
}

const HOUR_MS = 60 * 60 * 1000;
const TICK_STEPS_MS = [
  HOUR_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  2 * DAY_MS,
  7 * DAY_MS,
  28 * DAY_MS,
];
const MOST_TICKS = 6;
const MOST_TICKS_ON_PHONES = 5;

/** Round times of UTC days, so that runs at round times stand on them. */
function ticksOf(start: number, end: number): string[] {
  const step =
    TICK_STEPS_MS.find((one) => (end - start) / one <= MOST_TICKS) ??
    Math.ceil((end - start) / MOST_TICKS / DAY_MS) * DAY_MS;
  const ticks: string[] = [];
  for (let tick = Math.ceil(start / step) * step; tick <= end; tick += step) {
    ticks.push(new Date(tick).toISOString());
  }
  return ticks;
}

/** What became of everything listed, as one bar. */
export function tallyBar(tally: Tally): Markup {
  const failing = tally.nonCompliant - tally.excepted;
  return bar(
    [
      ["bad", failing],
      ["accepted", tally.excepted],
      ["unknown", tally.error],
      ["good", tally.compliant],
      ["neutral", tally.notApplicable],
    ],
    "bar",
    `${failing} failing, ${tally.excepted} accepted, ${tally.error} not evaluated, ` +
      `${tally.compliant} passing, ${tally.notApplicable} not applicable`,
  );
}

const SLOT_STYLES: Record<SlotStatus, string> = {
  "on-time": "good",
  late: "unknown",
  missing: "bad",
  "before-first-run": "neutral",
};

/** A rule's slots in time order, runs of equal ones joined. */
export function slotStrip({ slots, onTime, late, missing, beforeFirstRun }: Attestation): Markup {
  const parts: [string, number][] = [];
  for (const { status } of slots) {
    const last = parts.at(-1);
    if (last?.[0] === SLOT_STYLES[status]) last[1] += 1;
    else parts.push([SLOT_STYLES[status], 1]);
  }
  const text = `${onTime} on time, ${late} late, ${missing} missing, ${beforeFirstRun} before the first run`;
  return bar(parts, "bar thin", text);
}

function bar(parts: readonly (readonly [string, number])[], style: string, text: string): Markup {
  const total = parts.reduce((sum, [, amount]) => sum + amount, 0);
  if (total === 0) return html``;
  let left = 0;
  const pieces = parts
    .filter(([, amount]) => amount > 0)
    .map(([fill, amount]) => {
      // A single failure among thousands must still be seen.
      const width = Math.max((amount / total) * 1000, 6);
      const piece = html`<rect class="fill-${fill}" x="${round(left)}" width="${round(width)}" height="10"/>`;
      left += width;
      return piece;
    });
  return html`<svg class="${style}" viewBox="0 0 ${round(left)} 10" preserveAspectRatio="none" role="img"
  aria-label="${text}"><title>${text}</title>${pieces}</svg>`;
}

function key(style: string): Markup {
  const line = html`<line class="${style}" x1="0" x2="26" y1="4" y2="4"/>`;
  return html`<svg class="trend" width="26" height="8" aria-hidden="true">${line}</svg>`;
}

/** At most some hundred points, first and last kept. */
function thinned(points: readonly TrendPoint[]): readonly TrendPoint[] {
  const step = Math.ceil(points.length / MOST_POINTS);
  return points.filter((_point, index) => (points.length - 1 - index) % step === 0 || index === 0);
}

/** A part of one as the style sheet writes it. */
function share(part: number): string {
  return `${round(part * 100)}%`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
