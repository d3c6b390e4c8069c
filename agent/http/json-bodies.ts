import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Attachment, releaseAttachment } from "../attachments/held-attachments.ts";
import type { AgentSettings } from "../dependencies.ts";
import { ApiError } from "../errors/api-error.ts";
import { takeUntilAnswered } from "./body-gate.ts";
import { ByteBudget } from "./byte-budget.ts";
import { liftAttachments } from "./lift-attachments.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Takes room for so many bytes of words until the request is answered. */
    takeWords: (bytes: number) => void;
    /** What was taken out of its body. */
    attachments: readonly Attachment[] | undefined;
  }
}

type Limits = Pick<AgentSettings, "bodyTextBytes" | "totalBodyBytes" | "run">;

/** A smaller body has no attachment that is worth the search. */
const leastBytes = 64 * 1024;
/** Parsed, words are there several times, and on V8's heap, which has half of the container's memory. */
const shareOfWords = 1 / 2;

/** Reads bodies of JSON, whose large pictures and files stay bytes outside it. */
export function jsonBodies(
  app: FastifyInstance,
  { bodyTextBytes, totalBodyBytes, run }: Limits,
): void {
  const budget = new ByteBudget(totalBodyBytes * shareOfWords, bodyTextBytes);
  const parse = app.getDefaultJsonParser("remove", "remove");
  // `reply` is not the parser's to know, and what it takes has to be given back with the answer.
  app.decorateRequest("takeWords");
  app.decorateRequest("attachments");
  app.addHook("onRequest", (request, reply, done) => {
    request.takeWords = (bytes) => {
      takeUntilAnswered(budget, request, bytes, reply);
    };
    reply.raw.once("close", () => {
      for (const attachment of request.attachments ?? []) {
        // A run in the background goes on behind its answer.
        if (isInBackground(request)) {
          setTimeout(releaseAttachment, run.deadlineMs, attachment).unref();
        } else releaseAttachment(attachment);
      }
    });
    done();
  });
  app.addContentTypeParser<Buffer>(
    "application/json",
    { parseAs: "buffer" },
    (request, body, done) => {
      // Some clients say of every POST that it is JSON.
      if (body.length === 0 && request.routeOptions.schema?.body === undefined) {
        done(null);
        return;
      }
      if (body.length < leastBytes) {
        void parse(request, body.toString(), done);
        return;
      }
      const { pieces, attachments, words } = liftAttachments(body);
      request.attachments = attachments;
      try {
        if (words > bodyTextBytes) throw tooManyWords(bodyTextBytes);
        request.takeWords(words);
      } catch (error) {
        done(error as ApiError);
        return;
      }
      void parse(request, pieces.map(String).join(""), done);
    },
  );
}

function isInBackground({ body }: FastifyRequest): boolean {
  return (Object(body) as { readonly background?: unknown }).background === true;
}

function tooManyWords(bytes: number): ApiError {
  const message = `The request body has more than ${bytes} bytes beside pictures and files in base64.`;
  return new ApiError(413, message, { code: "body_too_large" });
}
