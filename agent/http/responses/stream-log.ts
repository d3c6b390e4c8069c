import type { FastifyReply } from "fastify";
import type { Dependencies } from "../../dependencies.ts";
import { asApiError } from "../../errors/as-api-error.ts";
import { clientSignal } from "../client-signal.ts";
import { openEventStream } from "../event-stream.ts";
import { type EventLog, eventsNotKept } from "./event-logs.ts";

/**
 * Streams the events of a background response after one of them, to its end. Its client may leave, and
 * come again for the rest.
 *
 * @throws ApiError 400 where events after that one are not kept any more.
 */
export async function streamLog(
  log: EventLog,
  after: number,
  reply: FastifyReply,
  { settings, stopping }: Pick<Dependencies, "settings" | "stopping">,
): Promise<void> {
  if (!log.has(after)) throw eventsNotKept();
  const client = clientSignal(reply);
  const { keepAliveMs, writeTimeoutMs, run } = settings;
  const signal = AbortSignal.any([client, stopping, AbortSignal.timeout(run.deadlineMs * 2)]);
  const stream = openEventStream(reply, { keepAliveMs, writeTimeoutMs, signal, named: true });
  let last = after;
  try {
    for await (const events of log.after(after, signal)) {
      last += events.length;
      await stream.send(events);
    }
  } catch (thrown) {
    const { message, param, code } = asApiError(thrown);
    await stream.send([{ type: "error", sequence_number: last + 1, code, message, param }]);
  }
  if (!client.aborted) await stream.end();
}
