/** Numbers and times as people read them, in every form of the report and in the commands. */

/** `2,000`. */
export function number(value: number): string {
  return value.toLocaleString("en");
}

/** `1 run`, `2,000 runs`. */
export function count(amount: number, noun: string): string {
  return `${number(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

/**
 * A part of a whole in percent, cut to two decimals and never rounded up, so that 100 is every single one; null of
 * nothing. Reports, mails and commands all take it from here.
 */
export function percentage(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.floor((part * 10_000) / whole) / 100;
}

/** `99.5 %`, or `none` for nothing. */
export function percent(value: number | null, none = "–"): string {
  return value === null ? none : `${value} %`;
}

/** `2026-11-23 06:00 UTC`. */
export function minute(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

/** The two largest units of a length of time in milliseconds; a dash for none. */
export function duration(milliseconds: number | null): string {
  if (milliseconds === null) return "–";
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
