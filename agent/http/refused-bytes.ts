import { type ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";
import { ApiError, errorEnvelope } from "../errors/api-error.ts";
import { uuid } from "../identifiers.ts";

type ParserError = Error & { readonly code?: string; readonly rawPacket?: unknown };

const refusals: Readonly<Record<string, ApiError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new ApiError(408, "The request did not arrive in time.", {
    code: "request_timeout",
  }),
  HPE_HEADER_OVERFLOW: new ApiError(431, "The request's headers are too large."),
};
const malformed = new ApiError(400, "The request is not HTTP.");
const longAddress = new ApiError(414, "The address is too long.");
const hostless = new ApiError(400, "The request has no Host header.");
const noTunnels = new ApiError(405, "CONNECT is for proxies, and this is none.", {
  code: "method_not_allowed",
});
const expectation = new ApiError(417, "Of what a client may expect, only 100-continue is met.");

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
  answerByHand(socket, isOfAddress(error) ? longAddress : refusal);
}

/** Node counts the address among the headers. */
function isOfAddress({ code, rawPacket }: ParserError): boolean {
  const start = Buffer.isBuffer(rawPacket) ? rawPacket.toString("latin1", 0, addressBytes) : "";
  return code === "HPE_HEADER_OVERFLOW" && /^[A-Z]+ \S+$/.test(start);
}

const addressBytes = 8192;

/** What Node itself would answer without a body, or not at all. */
export function refuseOddRequests(app: FastifyInstance): void {
  app.server.on("connect", (_request, socket) => {
    answerByHand(socket, noTunnels);
  });
  app.server.on("checkExpectation", (_request, response) => {
    response.writeHead(expectation.status, {
      "x-request-id": uuid(),
      "content-type": "application/json; charset=utf-8",
      connection: "close",
    });
    response.end(JSON.stringify(errorEnvelope(expectation)));
  });
  app.addHook("onRequest", (request, _reply, done) => {
    const { httpVersion } = request.raw;
    if (request.headers.host === undefined && httpVersion === "1.1") throw hostless;
    done();
  });
}

function answerByHand(socket: Duplex, refusal: ApiError): void {
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
