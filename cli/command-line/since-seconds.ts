import { StackError } from "../../infra/stack-error.ts";
import { exitCodes } from "../os/exit-codes.ts";

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A point in time in seconds since 1970, from "5m" (ago) or a date. */
export function sinceSeconds(text: string, nowMilliseconds: number): number {
  const [, amount, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) {
    return Math.floor(nowMilliseconds / 1000) - Number(amount) * (unitSeconds[unit] ?? 1);
  }
  const date = Date.parse(text);
  if (!Number.isNaN(date)) return Math.floor(date / 1000);
  throw new StackError(`"${text}" is not a valid time.`, {
    remedy: "Write it as 30s, 5m, 2h, 1d, or a date such as 2026-01-31T12:00:00Z.",
    exitCode: exitCodes.usage,
  });
}
