import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { ApiError, errorEnvelope } from "../errors/api-error.ts";
import { uuid } from "../identifiers.ts";

type ParserError = Error & { readonly code?: string };

const refusals: Readonly<Record<string, ApiError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new ApiError(408, "The request did not arrive in time.", {
    code: "request_timeout",
  }),
  HPE_HEADER_OVERFLOW: new ApiError(431, "The request's headers are too large."),
};
const malformed = new ApiError(400, "The request is not HTTP.");

/** The last answer on each connection. */
const answers = new WeakMap<object, ServerResponse>();

/** So that `refuseBytes` knows what a connection's bytes are taken for. */
export function noteAnswers(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    answers.set(request.raw.socket, reply.raw);
    done();
  });
}

/** What Node's parser refuses, or has waited for too long, never becomes a request. */
export function refuseBytes(error: ParserError, socket: Socket): void {
  const isGone = error.code === "ECONNRESET" || socket.destroyed || !socket.writable;
  // The client would take our words for a part of another answer, or for that to its next request.
  if (isGone || isTakenForAnother(answers.get(socket))) {
    socket.destroy();
    return;
  }
  const refusal = refusals[error.code ?? ""] ?? malformed;
  const body = JSON.stringify(errorEnvelope(refusal));
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ""}`,
    `x-request-id: ${uuid()}`,
    "content-type: application/json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** Whether a request has an answer already, or one that came before waits for its own. */
function isTakenForAnother(answer: ServerResponse | undefined): boolean {
  if (answer === undefined) return false;
  return answer.req.complete ? !answer.writableFinished : answer.headersSent;
}
