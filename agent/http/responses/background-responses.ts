import type { Dependencies } from "../../dependencies.ts";
import { beginRun, type RequestedRun } from "../../runs/conversation-run.ts";
import type { StreamKeeper } from "../answer-once.ts";
import { openResponse, type NewResponse, type ResponseKeeper } from "./response-keeper.ts";
import { type EventLog, eventLogs, type EventLogs } from "./event-logs.ts";
import type { ResponseProgress } from "./response-progress.ts";

const logBounds = { characters: 32_000_000, keptMs: 5 * 60_000 };

/** A response that is made while nobody has to watch. */
export interface BackgroundResponse {
  readonly progress: ResponseProgress;
  readonly log: EventLog;
  /** Resolves when its run has begun, or waits for its turn. @throws what kept it from that. */
  readonly begun: Promise<unknown>;
  readonly cancel: () => void;
  /** Resolves when it is recorded how it ended. */
  readonly ended: Promise<void>;
}

export interface BackgroundRequest {
  readonly response: NewResponse;
  readonly requested: RequestedRun;
  readonly keeper: ResponseKeeper;
  /** Where the events are to be given again under a key. */
  readonly streamKeeper: StreamKeeper | undefined;
  /** Called when its run has ended. */
  readonly leave: () => void;
}

/** The background responses of this process; those of one that died are failed when the next starts. */
export class BackgroundResponses {
  readonly #running = new Map<string, BackgroundResponse>();
  readonly #logs: EventLogs = eventLogs(logBounds);
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get(id: string): BackgroundResponse | undefined {
    return this.#running.get(id);
  }

  /** Its events, for a while after its end too. */
  logOf(id: string): EventLog | undefined {
    return this.#logs.get(id);
  }

  /** Its events are not to be seen any more. */
  forget(id: string): void {
    this.#logs.remove(id);
  }

  /** Resolves when it is recorded, so that whoever is told of it finds it. */
  async start(request: BackgroundRequest): Promise<BackgroundResponse> {
    const { response, requested, leave } = request;
    const { id, progress } = response;
    const log = this.#logs.open(id);
    try {
      tell(log, request, progress.queued());
      await openResponse(response, undefined, this.#dependencies.responses);
    } catch (error) {
      log.end();
      leave();
      throw error;
    }
    const cancelled = new AbortController();
    const begun = beginRun(requested, this.#dependencies, cancelled.signal);
    const ended = this.#drive(begun, log, request, cancelled.signal).finally(() => {
      this.#running.delete(id);
      log.end();
      leave();
    });
    const running: BackgroundResponse = {
      progress,
      log,
      begun,
      ended,
      cancel: () => {
        cancelled.abort();
      },
    };
    this.#running.set(id, running);
    return running;
  }

  /** Never rejects: nobody waits for it, and how it ended is in the response. */
  async #drive(
    begun: ReturnType<typeof beginRun>,
    log: EventLog,
    request: BackgroundRequest,
    cancelled: AbortSignal,
  ): Promise<void> {
    const { response, keeper, streamKeeper } = request;
    const { id, progress } = response;
    let hasBegun = false;
    try {
      const run = await begun;
      hasBegun = true;
      progress.belongTo(run.conversationId);
      tell(log, request, progress.opening());
      for (;;) {
        const step = await run.events.next();
        if (step.done === true) break;
        tell(log, request, progress.during(step.value));
      }
      tell(log, request, keeper.closing());
    } catch (error) {
      if (!hasBegun) {
        const record = keeper.ended(cancelled.aborted ? {} : { error });
        // Where the database is away, the response is failed when the agent starts again.
        await this.#dependencies.responses
          .close(id, record ?? { status: "failed", body: {}, output: [] })
          .catch(() => undefined);
      }
      tell(log, request, keeper.closing());
    }
    await streamKeeper?.keep();
  }
}

function tell(log: EventLog, { streamKeeper }: BackgroundRequest, events: readonly object[]): void {
  streamKeeper?.add(events);
  log.add(events);
}
