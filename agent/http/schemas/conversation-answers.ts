import { z } from "zod";
import { message } from "./shared-answers.ts";

// What is shown of conversations that are kept.

const conversationHead = z.object({
  id: z.uuid(),
  user: z.string().nullable().meta({
    description: "Whom its requests named as `user` or `safety_identifier`; null: nobody.",
  }),
  source: z.string(),
  title: z.string().nullable().meta({ description: "The start of its first question." }),
  metadata: z.record(z.string(), z.unknown()),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

const storedMessage = message.extend({
  id: z.string(),
  run_id: z.uuid().nullable(),
  created_at: z.iso.datetime(),
  superseded_at: z.iso.datetime().nullable().meta({
    description:
      "Since when Open WebUI's chat has it no more, as after an edit; it is not recalled. null: it has.",
  }),
});

export const conversation = conversationHead
  .extend({
    object: z.literal("conversation"),
    messages: z.array(storedMessage),
    has_more: z.boolean().meta({ description: "Whether there are messages after these." }),
  })
  .meta({ id: "Conversation" });

export const conversationList = z.object({
  object: z.literal("list"),
  data: z.array(conversationHead.extend({ object: z.literal("conversation") })),
  first_id: z.uuid().nullable(),
  last_id: z.uuid().nullable(),
  has_more: z.boolean(),
});

export const conversationExport = conversationHead
  .extend({
    object: z.literal("conversation.export"),
    messages: z.array(storedMessage),
    runs: z.array(z.looseObject({ id: z.uuid(), status: z.string() })),
    tool_executions: z.array(z.looseObject({ id: z.string(), name: z.string() })),
  })
  .meta({ id: "ConversationExport" });

export const deletedChat = z.object({
  id: z.string(),
  object: z.literal("chat.deleted"),
  deleted: z.literal(true),
  conversations: z.int().meta({ description: "How many were kept of it, one for each person." }),
});

export const deletedConversation = z.object({
  id: z.uuid(),
  object: z.literal("conversation.deleted"),
  deleted: z.literal(true),
});
