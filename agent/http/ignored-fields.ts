import type { FastifyReply } from "fastify";
import type { z } from "zod";

const header = "x-ignored-fields";
/** What may be in a header as it is. */
const headerWord = /^[\w.-]{1,64}$/;
const mostNamed = 20;

/**
 * Says in a header which fields of a body nothing is done with. Clients send many for themselves, such as
 * the id of a chat in their page, and a refusal would shut them out.
 *
 * @param schema what is understood, and so is not named.
 */
export function noteIgnoredFields(schema: z.ZodObject, body: object, reply: FastifyReply): void {
  const names = Object.keys(body).filter((name) => !(name in schema.shape));
  const told = names.filter((name) => headerWord.test(name)).slice(0, mostNamed);
  if (told.length > 0) reply.header(header, told.join(", "));
}
