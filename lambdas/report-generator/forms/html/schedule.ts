/** What the schedule promised, and what happened. */

import { duration } from "../../../common/values/words";
import type { Report } from "../../content/report";
import { GRACE_MS, ON_TIME_MS } from "../../figures/schedule";
import { slotStrip } from "./charts";
import { html, type Markup } from "./markup";
import { type Column, numberCell, numbers, scrolling, sub, table } from "./tables";
import { badge, time } from "./words";

const MOST_SLOTS = 200;

type Schedule = Report["schedule"][number];
type FaultySlot = Schedule["slots"][number] & { readonly rule: string };

/** What the schedule promised and what happened. */
export function scheduleSection({ schedule }: Report): Markup {
  const columns: Column[] = [
    "Rule",
    "Schedule (UTC)",
    { name: "Slots, oldest first", style: "strip" },
    ...numbers("Expected", "On time", "Late", "Missing", "Before first run"),
  ];
  return html`<section aria-labelledby="schedule"><h2 id="schedule">Schedule</h2>
<p class="note">Expected runs follow from the schedule expression that was in force, which every run records. A run is
on time when it is complete within ${duration(ON_TIME_MS)} of its slot; a slot is judged once it is
${duration(GRACE_MS)} old, so the youngest may belong to the next report. Managed rules are imported when a scheduled
report is made. Slots before a rule's first complete run are expected once a scheduled report has named the rule.</p>
${scrolling("Schedule", table(columns, schedule.map(scheduleRow)))}
${faultySlots(schedule)}</section>`;
}

function scheduleRow(one: Schedule): Markup {
  const earlier = one.earlierSchedules.map((schedule) => sub(`before: ${schedule}`));
  return html`<tr><th scope="row" class="t">${one.rule}</th><td class="t"><code>${one.schedule}</code>${earlier}</td>
<td>${slotStrip(one)}</td>${[
    numberCell("Expected", one.expected),
    numberCell("On time", one.onTime),
    numberCell("Late", one.late),
    numberCell("Missing", one.missing),
    numberCell("Before first run", one.beforeFirstRun),
  ]}</tr>`;
}

/** The slots that were not kept, as far as there is room. */
function faultySlots(schedule: Report["schedule"]): Markup {
  const faults: FaultySlot[] = schedule.flatMap(({ rule, slots }) =>
    slots
      .filter(({ status }) => status === "missing" || status === "late")
      .map((slot) => ({ rule, ...slot })),
  );
  if (faults.length === 0) return html``;
  const shown = faults.slice(0, MOST_SLOTS);
  const leftOut =
    faults.length > shown.length ? ` (${shown.length} of ${faults.length}; the JSON has all)` : "";
  return table(["Slot (UTC)", "Rule", "What happened"], shown.map(slotRow), {
    caption: `Late and missing runs${leftOut}`,
  });
}

function slotRow({ slot, rule, status, completedAt, gap }: FaultySlot): Markup {
  const between =
    gap &&
    html`no complete run from ${gap.after ? time(gap.after) : "the beginning"}
to ${gap.before ? time(gap.before) : "the end of the period"}`;
  const happened =
    status === "missing"
      ? html`${badge("bad", "Missing")} ${between}`
      : html`${badge("unknown", "Late")} completed ${time(completedAt)}`;
  return html`<tr><td class="t">${time(slot)}</td><th scope="row">${rule}</th><td>${happened}</td></tr>`;
}
