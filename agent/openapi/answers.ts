import { z } from "zod";
import { message } from "./shared-answers.ts";

// The answers of everything that starts no run.

export const model = z
  .object({
    id: z.string(),
    object: z.literal("model"),
    created: z.int(),
    owned_by: z.string(),
  })
  .meta({ id: "Model" });

export const modelList = z.object({ object: z.literal("list"), data: z.array(model) });

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

export const deletedConversation = z.object({
  id: z.uuid(),
  object: z.literal("conversation.deleted"),
  deleted: z.literal(true),
});

export const liveness = z.object({ status: z.literal("alive") });

export const readiness = z.object({ status: z.enum(["ready", "not ready"]) });

export const health = z
  .object({
    status: z.enum(["ok", "degraded", "unavailable"]),
    services: z.record(z.string(), z.enum(["ok", "unavailable"])),
  })
  .meta({ id: "Health" });
