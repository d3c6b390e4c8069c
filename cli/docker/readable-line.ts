import { stripVTControlCharacters } from "node:util";
import { colours as pc } from "../output/colours.ts";

type Fields = Readonly<Record<string, unknown>>;

/** pino's numbers. */
const levels: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};
/** In the line already, or of use to programs only. */
const notShown = new Set(["level", "time", "pid", "hostname", "msg", "message", "v", "reqId"]);
const request = ["method", "route", "statusCode", "ms"];
const mostFields = 5;

/** The object that a line of JSON has; undefined for any other line. */
export function jsonOf(text: string): Fields | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A line as people read it: of JSON the level, the message and a few fields; any other as it is. */
export function readableLine(text: string): string {
  const json = jsonOf(text);
  if (!json) return stripVTControlCharacters(text);
  const message = json["msg"] ?? json["message"];
  const said = [
    ...(typeof message === "string" && message !== "" ? [message] : []),
    ...requestOf(json),
    ...fieldsOf(json),
  ];
  return [...levelOf(json), ...said].join(" ").replaceAll(/\s+/gu, " ");
}

/** Nothing for what is not news: a level is there to be noticed. */
function levelOf({ level }: Fields): string[] {
  const name = typeof level === "number" ? levels[level] : level;
  if (typeof name !== "string") return [];
  const word = name.toLowerCase();
  if (["error", "fatal", "critical"].includes(word)) return [pc.red(word)];
  if (["warn", "warning"].includes(word)) return [pc.yellow(word)];
  return word === "info" ? [] : [pc.dim(word)];
}

/** "GET /v1/agent 200 in 12 ms", of a server's line on a request. */
function requestOf({ method, route, statusCode, ms }: Fields): string[] {
  if (typeof method !== "string" || typeof route !== "string") return [];
  const took = typeof ms === "number" ? ` in ${ms} ms` : "";
  return [`${method} ${route} ${typeof statusCode === "number" ? statusCode : ""}${took}`];
}

function fieldsOf(json: Fields): string[] {
  const isRequest = typeof json["method"] === "string" && typeof json["route"] === "string";
  const wanted = Object.entries(json).filter(
    ([name]) => !notShown.has(name) && !(isRequest && request.includes(name)),
  );
  const shown = wanted
    .slice(0, mostFields)
    .map(([name, value]) => pc.dim(`${name}=${shortly(value)}`));
  return wanted.length > mostFields ? [...shown, pc.dim("…")] : shown;
}

/** Of an error what it says, else what it is: its stack is in the JSON. */
function shortly(value: unknown): string {
  if (typeof value === "string") return value;
  if (!isFields(value)) return JSON.stringify(value);
  const { message, type, code, cause } = value;
  if (typeof message === "string") return message;
  if (typeof type !== "string") return JSON.stringify(value);
  const reason = code ?? (isFields(cause) ? cause["code"] : undefined);
  return typeof reason === "string" ? `${type} ${reason}` : type;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
