import type { Response } from "openai/resources/responses/responses";
import type { TestApp } from "./test-app.ts";

type App = TestApp["app"];

const host = { host: "localhost" };

/** An event of a response's stream, with the name that its line has. */
export interface NamedEvent {
  readonly name: string;
  readonly type: string;
  readonly sequence_number: number;
  readonly [field: string]: unknown;
}

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Response;
  readonly error: {
    readonly code: string | null;
    readonly param: string | null;
    readonly message: string;
  };
}

interface Injected {
  readonly method?: "POST" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly payload?: object;
}

/** Calls of the Responses API without a network. */
export function responseCalls(app: App, headers: Record<string, string> = {}) {
  const all = { ...host, ...headers };
  const answer = async (asked: Injected): Promise<Asked> => {
    const response = await app.inject({ ...asked, headers: { ...all, ...asked.headers } });
    const body: Response & { error: Asked["error"] } = response.json();
    return { status: response.statusCode, headers: response.headers, body, error: body.error };
  };
  return {
    create: (payload: object, more: Record<string, string> = {}) =>
      answer({ method: "POST", url: "/v1/responses", headers: more, payload }),
    get: (id: string, query = "") => answer({ url: `/v1/responses/${id}${query}` }),
    cancel: (id: string) => answer({ method: "POST", url: `/v1/responses/${id}/cancel` }),
    remove: (id: string) => answer({ method: "DELETE", url: `/v1/responses/${id}` }),
    stream: async (payload: object): Promise<NamedEvent[]> => {
      const sent = { ...payload, stream: true };
      const url = "/v1/responses";
      return eventsOf(
        (await app.inject({ method: "POST", url, headers: all, payload: sent })).body,
      );
    },
    watch: async (id: string, query = ""): Promise<NamedEvent[]> => {
      const url = `/v1/responses/${id}?stream=true${query}`;
      return eventsOf((await app.inject({ url, headers: all })).body);
    },
  };
}

/** @throws where the stream does not end as one that is whole. */
function eventsOf(body: string): NamedEvent[] {
  const parts = body.split("\n\n").filter((part) => part !== "" && !part.startsWith(":"));
  if (parts.pop() !== "data: [DONE]") throw new Error(`The stream has no end: ${body}`);
  return parts.map((part) => {
    const [, name = "", data = ""] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? [];
    return { ...(JSON.parse(data) as NamedEvent), name };
  });
}
