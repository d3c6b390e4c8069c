import { invalidRequest } from "../../errors/api-error.ts";
import type { Responses } from "../../ports/responses.ts";
import { inputItem, type InputItem } from "./input-items.ts";
import type { ResponseRequest } from "./response-request.ts";

/**
 * A request's items, with those in place of references that these stand for. Clients also send reasoning
 * back by its id alone, without what they did not ask to see of it.
 *
 * @throws ApiError 400 for a reference to what this owner has not.
 */
export async function resolvedInput(
  input: ResponseRequest["input"],
  userId: string,
  responses: Pick<Responses, "items">,
): Promise<readonly InputItem[]> {
  if (typeof input === "string") return [{ type: "message", role: "user", content: input }];
  const wanted = input.flatMap((item) => (isByReference(item) && item.id ? [item.id] : []));
  if (wanted.length === 0) return input;
  const found = await responses.items([...new Set(wanted)], userId);
  const byId = new Map(found.map((item) => [item.id, item]));
  return input.map((item, index) => {
    if (!isByReference(item) || !item.id) return item;
    const known = inputItem.safeParse(byId.get(item.id));
    if (known.success) return known.data;
    if (item.type === "reasoning") return item;
    const message = `There is no item ${item.id}.`;
    throw invalidRequest(message, `input.${index}.id`);
  });
}

function isByReference(item: InputItem): boolean {
  return item.type === "item_reference" || (item.type === "reasoning" && !item.encrypted_content);
}
