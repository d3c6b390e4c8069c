import { z } from "zod";
import type { Dependencies } from "../dependencies.ts";
import { ApiError } from "../errors/api-error.ts";
import type { ApiRoutes } from "./api-routes.ts";
import { chatNamed } from "./caller.ts";
import { operation } from "./operation.ts";
import { deletedChat } from "./schemas/conversation-answers.ts";

const params = z.object({ id: z.string().min(1) });

const deleteChat = operation(
  { params },
  {
    id: "deleteChat",
    summary:
      "Deletes what is kept of a chat that was deleted in Open WebUI, under Open WebUI's key alone.",
    tag: "conversations",
    answer: deletedChat,
    errors: [404, 414, 503],
  },
);

/** Open WebUI's own names for its chats, which several people may have written in. */
export function chatsRoute(
  routes: ApiRoutes,
  { conversations }: Pick<Dependencies, "conversations">,
): void {
  routes.delete("/v1/chats/:id", { schema: deleteChat }, async (request) => {
    if (!request.caller.trusted) {
      throw new ApiError(403, "Only Open WebUI's own key names chats.", { code: "not_trusted" });
    }
    const { id } = request.params;
    let deleted = 0;
    // One by one: what fails half-way is asked again, and finds the rest.
    for (const each of await conversations.ofChat(chatNamed(id))) {
      if (await conversations.remove(each.id, each.userId)) deleted += 1;
    }
    return { id, object: "chat.deleted", deleted: true, conversations: deleted };
  });
}
