import type {
  ResponseFunctionWebSearch,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseOutputText,
  ResponseReasoningItem,
} from "openai/resources/responses/responses";
import type { ApiError } from "../../errors/api-error.ts";
import { asApiError } from "../../errors/as-api-error.ts";
import { GrowingText } from "../../loop/growing-text.ts";
import type { Delta } from "../../loop/model-turn.ts";
import type { RunEvent, RunOutcome } from "../../loop/run-request.ts";
import type { Turn } from "../../loop/turn.ts";
import type { RunEnding } from "../../runs/conversation-run.ts";
import type { ResponseRecord } from "../../runs/run-record.ts";
import {
  annotationsOf,
  clientCallItem,
  emptyMessage,
  emptyReasoning,
  finishedOwnCall,
  logprobsOf,
  type OutputItem,
  ownCallItem,
  shownItem,
} from "./output-items.ts";
import { type ItemEvent, itemEvents, ownCallEnd, ownCallEvents } from "./item-events.ts";
import type { Includable } from "./response-request.ts";
import {
  responseError,
  type ResponseHead,
  responseUsage,
  seconds,
  type ShownResponse,
} from "./response-object.ts";
import type { SealedState } from "./sealed-state.ts";

/** An event of a response's stream; their numbers count up from 0 without a gap. */
export interface ResponseEvent {
  readonly type: string;
  readonly sequence_number: number;
}

export interface ProgressOptions {
  readonly include: ReadonlySet<Includable>;
  /** Whether the client named `web_search` among its tools. */
  readonly knowsWebSearch: boolean;
  /** Names of the client's tools that take text. */
  readonly customTools: ReadonlySet<string>;
  readonly seal: (state: SealedState) => string;
}

interface OpenMessage {
  readonly index: number;
  readonly item: ResponseOutputMessage;
  readonly text: GrowingText;
  readonly logprobs: ResponseOutputText.Logprob[];
}

interface OpenReasoning {
  readonly index: number;
  readonly item: ResponseReasoningItem;
  readonly text: GrowingText;
  isTold: boolean;
}

type OwnCall = ResponseFunctionWebSearch | ResponseOutputItem.McpCall;

/**
 * A response while it is made: takes the events of its run, and gives those of its stream. What is
 * answered whole is made of the same, so that both have the same items.
 */
export class ResponseProgress {
  readonly #options: ProgressOptions;
  readonly #output: OutputItem[] = [];
  #head: ResponseHead;
  #sequence = 0;
  #isOpen = false;
  #isQueued = false;
  #events: ResponseEvent[] = [];
  #message: OpenMessage | undefined;
  /** Open until its turn ends: only then is known what its provider wants back with it. */
  #reasoning: OpenReasoning | undefined;
  #ownCalls = new Map<string, { readonly index: number; readonly item: OwnCall }>();
  #final: Omit<ShownResponse, "output"> | undefined;

  constructor(head: ResponseHead, options: ProgressOptions) {
    this.#head = head;
    this.#options = options;
  }

  /** From here on it belongs to this conversation. */
  belongTo(conversationId: string): void {
    if (conversationId !== "") this.#head = { ...this.#head, conversation: { id: conversationId } };
  }

  /** The response as it is now, as its client asked to see it. */
  shown(): ShownResponse {
    const { include } = this.#options;
    const output = this.#output.map((item) => shownItem(this.#current(item), include));
    return { ...this.body(), output };
  }

  /** The same without its output. */
  body(): Omit<ShownResponse, "output"> {
    return this.#final ?? this.#unfinished(this.#isQueued ? "queued" : "in_progress");
  }

  /** Where it waits for its turn first. */
  queued(): readonly ResponseEvent[] {
    this.#isQueued = true;
    return this.#collect(() => {
      this.#emit("response.created", { response: this.shown() });
      this.#emit("response.queued", { response: this.shown() });
    });
  }

  /** Once: whoever asks too late has it with the last events. */
  opening(): readonly ResponseEvent[] {
    return this.#collect(() => {
      this.#open();
    });
  }

  during(event: RunEvent): readonly ResponseEvent[] {
    return this.#collect(() => {
      switch (event.type) {
        case "delta":
          for (const delta of event.deltas) this.#add(delta);
          break;
        case "turn_ended":
          this.#endTurn(event.turn);
          break;
        case "tools_started":
          this.#closeMessage([]);
          for (const call of event.calls) this.#startOwnCall(call);
          break;
        case "tools_finished":
          for (const execution of event.executions) this.#finishOwnCall(execution);
          this.#ownCalls.clear();
          break;
      }
    });
  }

  /** The last events, and what is to be kept. */
  ended({ outcome, error }: RunEnding): {
    readonly events: readonly ResponseEvent[];
    readonly record: ResponseRecord;
  } {
    const events = this.#collect(() => {
      this.#open();
      if (outcome !== undefined) this.#complete(outcome);
      else if (error !== undefined) this.#fail(asApiError(error));
      else this.#cancel();
    });
    const body = this.body();
    const status = body.status as ResponseRecord["status"];
    // Every item that the agent gives has an id.
    const output = this.#output as ResponseRecord["output"];
    return { events, record: { status, body, output } };
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#isQueued = false;
    if (this.#sequence === 0) this.#emit("response.created", { response: this.shown() });
    this.#emit("response.in_progress", { response: this.shown() });
  }

  #add({ content, reasoning, logprobs }: Delta): void {
    if (reasoning) {
      this.#closeMessage([]);
      this.#think(reasoning);
    }
    if (content === "") return;
    this.#tellReasoning();
    const open = this.#openMessage();
    const { index, item, text } = open;
    text.add(content);
    const asked = logprobsOf(logprobs);
    open.logprobs.push(...asked);
    this.#emit("response.output_text.delta", {
      item_id: item.id,
      output_index: index,
      content_index: 0,
      delta: content,
      logprobs: asked,
    });
  }

  #think(words: string): void {
    // More thoughts after words of the same turn.
    if (this.#reasoning?.isTold === true) this.#closeReasoning(undefined);
    const open = this.#openReasoning();
    const { index, item, text } = open;
    text.add(words);
    this.#emit("response.reasoning_summary_text.delta", {
      item_id: item.id,
      output_index: index,
      summary_index: 0,
      delta: words,
    });
  }

  #openReasoning(): OpenReasoning {
    if (this.#reasoning === undefined) {
      const item = emptyReasoning();
      const index = this.#addItem(item);
      this.#reasoning = { index, item, text: new GrowingText(), isTold: false };
      this.#emit("response.reasoning_summary_part.added", {
        item_id: item.id,
        output_index: index,
        summary_index: 0,
        part: { type: "summary_text", text: "" },
      });
    }
    return this.#reasoning;
  }

  /** All that it thought has been said. */
  #tellReasoning(): void {
    const open = this.#reasoning;
    if (open === undefined || open.isTold) return;
    open.isTold = true;
    const { index, item } = open;
    const text = open.text.toString();
    const place = { item_id: item.id, output_index: index, summary_index: 0 };
    const part = { type: "summary_text" as const, text };
    item.summary.push(part);
    this.#emit("response.reasoning_summary_text.done", { ...place, text });
    this.#emit("response.reasoning_summary_part.done", { ...place, part });
  }

  #closeReasoning(sealed: string | undefined): void {
    this.#tellReasoning();
    const open = this.#reasoning;
    if (open === undefined) return;
    this.#reasoning = undefined;
    this.#finishItem(open.index, {
      ...open.item,
      ...(sealed !== undefined && { encrypted_content: sealed }),
    });
  }

  #endTurn({ state, calls }: Turn): void {
    const ofCalls = calls.flatMap(({ id, provider_specific_fields, extra_content }) => {
      const own = {
        ...(provider_specific_fields && { provider_specific_fields }),
        ...(extra_content && { extra_content }),
      };
      return Object.keys(own).length === 0 ? [] : [[id, own] as const];
    });
    const hasState = Object.keys(state).length > 0 || ofCalls.length > 0;
    const isOfMessageBefore = this.#reasoning === undefined && this.#message !== undefined;
    if (hasState && this.#reasoning === undefined) {
      const item = emptyReasoning();
      this.#reasoning = {
        index: this.#addItem(item),
        item,
        text: new GrowingText(),
        isTold: true,
      };
    }
    const sealed = { state, calls: Object.fromEntries(ofCalls), isOfMessageBefore };
    this.#closeReasoning(hasState ? this.#options.seal(sealed) : undefined);
  }

  #openMessage(): OpenMessage {
    if (this.#message !== undefined) return this.#message;
    const item = emptyMessage();
    const index = this.#addItem(item);
    this.#message = { index, item, text: new GrowingText(), logprobs: [] };
    this.#emit("response.content_part.added", {
      item_id: item.id,
      output_index: index,
      content_index: 0,
      part: outputText("", [], []),
    });
    return this.#message;
  }

  #closeMessage(annotations: readonly ResponseOutputText.URLCitation[]): void {
    const open = this.#message;
    if (open === undefined) return;
    this.#message = undefined;
    const { index, item, logprobs } = open;
    const text = open.text.toString();
    const place = { item_id: item.id, output_index: index, content_index: 0 };
    const part = outputText(text, annotations, logprobs);
    for (const [position, annotation] of annotations.entries()) {
      this.#emit("response.output_text.annotation.added", {
        ...place,
        annotation_index: position,
        annotation,
      });
    }
    this.#emit("response.output_text.done", { ...place, text, logprobs });
    this.#emit("response.content_part.done", { ...place, part });
    this.#finishItem(index, { ...item, status: "completed", content: [part] });
  }

  #refuse(refusal: string): void {
    this.#tellWhole({
      ...emptyMessage(),
      status: "completed",
      content: [{ type: "refusal", refusal }],
    });
  }

  /** Of an item that comes as a whole. */
  #tellWhole(item: OutputItem): void {
    const index = this.#output.push(item) - 1;
    this.#emitAll(itemEvents(item, index));
  }

  #startOwnCall(call: Parameters<typeof ownCallItem>[0]): void {
    const item = ownCallItem(call, this.#options.knowsWebSearch);
    // Whoever adds up what comes begins with nothing.
    const index = this.#addItem(item.type === "mcp_call" ? { ...item, arguments: "" } : item);
    this.#ownCalls.set(call.id, { index, item });
    this.#emitAll(ownCallEvents(item, { item_id: item.id, output_index: index }));
  }

  #finishOwnCall(execution: RunOutcome["executions"][number]): void {
    const open = this.#ownCalls.get(execution.id);
    if (open === undefined) return;
    const { index, item } = open;
    const finished = finishedOwnCall(item, execution);
    this.#emitAll(ownCallEnd(finished, { item_id: item.id, output_index: index }));
    this.#finishItem(index, finished);
  }

  #complete(outcome: RunOutcome): void {
    const { answer, clientCalls, executions, finishReason, usage } = outcome;
    this.#closeReasoning(undefined);
    const isEmpty = answer.content === "" && answer.refusal === null && clientCalls.length === 0;
    // Clients look for a message where nothing else is.
    if (isEmpty) this.#openMessage();
    this.#closeMessage(annotationsOf(executions));
    if (answer.refusal !== null) this.#refuse(answer.refusal);
    for (const call of clientCalls) {
      this.#tellWhole(clientCallItem(call, this.#options.customTools));
    }
    const reason = incompleteReasons[finishReason];
    const status = reason === undefined ? "completed" : "incomplete";
    this.#end(status, {
      ...(outcome.answeredBy !== undefined && { model: outcome.answeredBy }),
      usage: responseUsage(usage),
      incomplete_details: reason === undefined ? null : { reason },
      completed_at: reason === undefined ? seconds(new Date()) : null,
    });
  }

  #fail(error: ApiError): void {
    const { message, code, type, param } = error;
    this.#leaveOpen();
    this.#emit("error", { code: code ?? type, message, param });
    this.#end("failed", { error: responseError(error) });
  }

  /** There is no event of its own for that: the response says what became of it. */
  #cancel(): void {
    this.#leaveOpen();
    this.#end("cancelled", {});
  }

  #end(status: ResponseRecord["status"], facts: Partial<ShownResponse>): void {
    this.#final = { ...this.#unfinished(status), ...facts };
    const event = status === "cancelled" ? "incomplete" : status;
    this.#emit(`response.${event}`, { response: this.shown() });
  }

  /** What was being said, or called, stays as far as it came. */
  #leaveOpen(): void {
    for (const [index, item] of this.#output.entries()) {
      const current = this.#current(item);
      const isOpen = "status" in current && current.status === "in_progress";
      this.#output[index] = isOpen ? { ...current, status: "incomplete" } : current;
    }
    this.#message = undefined;
    this.#reasoning = undefined;
  }

  /** With what it says by now, where it is still being told. */
  #current(item: OutputItem): OutputItem {
    if (this.#message?.item === item) {
      const { text, logprobs } = this.#message;
      return { ...this.#message.item, content: [outputText(text.toString(), [], logprobs)] };
    }
    if (this.#reasoning?.item === item && !this.#reasoning.isTold) {
      const text = this.#reasoning.text.toString();
      return { ...this.#reasoning.item, summary: [{ type: "summary_text", text }] };
    }
    return item;
  }

  #unfinished(status: NonNullable<ShownResponse["status"]>): Omit<ShownResponse, "output"> {
    return {
      ...this.#head,
      status,
      completed_at: null,
      error: null,
      incomplete_details: null,
      // Clients' types have it of every response; what is not finished is not counted.
      usage: null as unknown as NonNullable<ShownResponse["usage"]>,
    };
  }

  #addItem(item: OutputItem): number {
    const index = this.#output.push(item) - 1;
    this.#emit("response.output_item.added", { output_index: index, item: structuredClone(item) });
    return index;
  }

  #finishItem(index: number, item: OutputItem): void {
    this.#output[index] = item;
    const shown = shownItem(item, this.#options.include);
    this.#emit("response.output_item.done", { output_index: index, item: shown });
  }

  #emitAll(events: readonly ItemEvent[]): void {
    for (const { type, ...fields } of events) this.#emit(type, fields);
  }

  #emit(type: string, fields: object): void {
    this.#events.push({ type, sequence_number: this.#sequence++, ...fields });
  }

  #collect(tell: () => void): readonly ResponseEvent[] {
    tell();
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

const incompleteReasons: Partial<
  Record<RunOutcome["finishReason"], "max_output_tokens" | "content_filter">
> = { length: "max_output_tokens", content_filter: "content_filter" };

function outputText(
  text: string,
  annotations: readonly ResponseOutputText.URLCitation[],
  logprobs: readonly ResponseOutputText.Logprob[],
): ResponseOutputText & { readonly logprobs: ResponseOutputText.Logprob[] } {
  return { type: "output_text", text, annotations: [...annotations], logprobs: [...logprobs] };
}
