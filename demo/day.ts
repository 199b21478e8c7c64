const MINUTE_MS = 60_000;
const SLOT_MS = 6 * 60 * MINUTE_MS;
/** How many slots of the schedule the day has. */
export const SLOTS = 3;

/**
 * The day that the demo plays: three slots of the evaluation schedule, the last of them an hour ago or more, so that
 * nothing lies in the future. Instants are ISO-8601 UTC with milliseconds.
 */
export class Day {
  private readonly firstSlot: number;

  constructor(now: Date) {
    const lastSlot = Math.floor((now.getTime() - 60 * MINUTE_MS) / SLOT_MS) * SLOT_MS;
    this.firstSlot = lastSlot - (SLOTS - 1) * SLOT_MS;
  }

  /** So many minutes after a slot, which are numbered from 0 to 2. */
  at(slot: number, minutes = 0): string {
    return new Date(this.firstSlot + slot * SLOT_MS + minutes * MINUTE_MS).toISOString();
  }
}

/** `Mon 23 Nov 06:00`, in UTC like everything that the scanner says. */
export function clock(instant: string): string {
  const [weekday, day, month, , time] = new Date(instant).toUTCString().split(" ");
  return `${weekday?.slice(0, 3)} ${day} ${month} ${time?.slice(0, 5)}`;
}
