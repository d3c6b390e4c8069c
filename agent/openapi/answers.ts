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

export const conversation = z
  .object({
    object: z.literal("conversation"),
    id: z.uuid(),
    source: z.string(),
    title: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    messages: z.array(
      message.extend({
        id: z.string(),
        run_id: z.uuid().nullable(),
        created_at: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: "Conversation" });

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
