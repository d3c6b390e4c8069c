import pino, { type DestinationStream, type Logger } from "pino";
import { loggedError } from "../errors/logged-error.ts";

/** JSON lines, on the standard output unless told otherwise. */
export function agentLogger(level: string, destination?: DestinationStream): Logger {
  return pino({ level, serializers: { err: loggedError } }, destination);
}
