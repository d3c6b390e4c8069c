import type { OutputItem } from "./output-items.ts";

export interface ItemEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The events that tell of an item which is there as a whole, from its beginning to its end. */
export function itemEvents(item: OutputItem, index: number): readonly ItemEvent[] {
  const added = (begun: object) => ({
    type: "response.output_item.added",
    output_index: index,
    item: { ...item, ...begun },
  });
  // Every item that the agent gives has an id.
  const place = { item_id: item.id ?? "", output_index: index };
  const done = { type: "response.output_item.done", output_index: index, item };
  switch (item.type) {
    case "message":
      return [
        added({ status: "in_progress", content: [] }),
        ...item.content.flatMap((part, content_index) =>
          partEvents(part, { ...place, content_index }),
        ),
        done,
      ];
    case "reasoning":
      return [
        added({ summary: [], encrypted_content: undefined }),
        ...item.summary.flatMap((part, summary_index) =>
          summaryEvents(part, { ...place, summary_index }),
        ),
        done,
      ];
    case "function_call": {
      const { arguments: text, name } = item;
      const kind = "response.function_call_arguments";
      return [
        added({ status: "in_progress", arguments: "" }),
        { type: `${kind}.delta`, ...place, delta: text },
        { type: `${kind}.done`, ...place, arguments: text, name },
        done,
      ];
    }
    case "custom_tool_call": {
      const { input } = item;
      const kind = "response.custom_tool_call_input";
      return [
        added({ input: "" }),
        { type: `${kind}.delta`, ...place, delta: input },
        { type: `${kind}.done`, ...place, input },
        done,
      ];
    }
    case "web_search_call":
    case "mcp_call": {
      const begun = { status: "in_progress" };
      return [
        added(item.type === "mcp_call" ? { ...begun, arguments: "", output: null } : begun),
        ...ownCallEvents(item, place),
        ...ownCallEnd(item, place),
        done,
      ];
    }
  }
}

interface Place {
  readonly item_id: string;
  readonly output_index: number;
}

type OwnCall = Extract<OutputItem, { type: "web_search_call" | "mcp_call" }>;

/** What is told of a call of ours before its result is there. */
export function ownCallEvents(item: OwnCall, place: Place): readonly ItemEvent[] {
  const begun = { type: `response.${item.type}.in_progress`, ...place };
  if (item.type === "web_search_call") {
    return [begun, { type: "response.web_search_call.searching", ...place }];
  }
  const { arguments: text } = item;
  return [
    begun,
    { type: "response.mcp_call_arguments.delta", ...place, delta: text },
    { type: "response.mcp_call_arguments.done", ...place, arguments: text },
  ];
}

/** There is no event for a search that failed: its item says so. */
export function ownCallEnd(item: OwnCall, place: Place): readonly ItemEvent[] {
  const word = item.type === "mcp_call" && item.status === "failed" ? "failed" : "completed";
  return [{ type: `response.${item.type}.${word}`, ...place }];
}

type Part = Extract<OutputItem, { type: "message" }>["content"][number];

function partEvents(
  part: Part,
  place: Place & { readonly content_index: number },
): readonly ItemEvent[] {
  const added = { type: "response.content_part.added", ...place };
  const done = { type: "response.content_part.done", ...place, part };
  if (part.type === "refusal") {
    const { refusal } = part;
    return [
      { ...added, part: { ...part, refusal: "" } },
      { type: "response.refusal.delta", ...place, delta: refusal },
      { type: "response.refusal.done", ...place, refusal },
      done,
    ];
  }
  const { text, annotations, logprobs = [] } = part;
  return [
    { ...added, part: { ...part, text: "", annotations: [], logprobs: [] } },
    { type: "response.output_text.delta", ...place, delta: text, logprobs },
    ...annotations.map((annotation, annotation_index) => ({
      type: "response.output_text.annotation.added",
      ...place,
      annotation_index,
      annotation,
    })),
    { type: "response.output_text.done", ...place, text, logprobs },
    done,
  ];
}

type Summary = Extract<OutputItem, { type: "reasoning" }>["summary"][number];

function summaryEvents(
  part: Summary,
  place: Place & { readonly summary_index: number },
): readonly ItemEvent[] {
  const { text } = part;
  return [
    { type: "response.reasoning_summary_part.added", ...place, part: { ...part, text: "" } },
    { type: "response.reasoning_summary_text.delta", ...place, delta: text },
    { type: "response.reasoning_summary_text.done", ...place, text },
    { type: "response.reasoning_summary_part.done", ...place, part },
  ];
}
