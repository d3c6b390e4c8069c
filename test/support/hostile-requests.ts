import fc from "fast-check";
import { isNestedDeeper } from "../../agent/loop/is-nested-deeper.ts";
import { hostileJson, hostileText, mutated } from "./hostile-json.ts";

/** A request as a client may send it, to any address in any method. */
export interface HostileRequest {
  readonly method: "GET" | "POST" | "DELETE" | "PUT" | "PATCH" | "HEAD" | "OPTIONS";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string | Buffer;
}

/** Stands for a conversation that an earlier request began. */
export const seenId = "11111111-1111-4111-8111-111111111111";

const sampling = {
  temperature: 1,
  top_p: 1,
  max_tokens: 5,
  max_completion_tokens: 5,
  stop: ["x"],
  seed: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  logit_bias: { "5": 1 },
  logprobs: true,
  top_logprobs: 1,
  response_format: { type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } },
  reasoning_effort: "low",
  verbosity: "low",
  service_tier: "auto",
  prompt_cache_key: "x",
  prompt_cache_retention: "24h",
};
const agentBody = {
  prompt: "x",
  conversation_id: seenId,
  messages: [{ role: "user", content: "before" }],
  model: "planner",
  stream: false,
  metadata: {
    source: "test",
    memory: "user",
    tools: ["current_time"],
    tool_calls: [{ name: "current_time", args: { time_zone: "UTC" } }],
  },
  ...sampling,
};
const call = { id: "call_1", type: "function", function: { name: "open_door", arguments: "{}" } };
const chatBody = {
  model: "planner",
  messages: [
    { role: "system", content: "x" },
    { role: "user", name: "ada", content: [{ type: "text", text: "x" }] },
    { role: "assistant", content: null, tool_calls: [call] },
    { role: "tool", tool_call_id: "call_1", content: "x" },
    {
      role: "user",
      content: [{ type: "image_url", image_url: { url: "data:image/png;base64,A" } }],
    },
  ],
  stream: false,
  stream_options: { include_usage: true },
  n: 1,
  tools: [{ type: "function", function: { name: "open_door", description: "x", parameters: {} } }],
  tool_choice: { type: "function", function: { name: "open_door" } },
  parallel_tool_calls: true,
  user: "ada",
  safety_identifier: "ada",
  metadata: { memory: "off" },
  conversation_id: seenId,
  ...sampling,
};

/** What the schemas take, with hostile words wherever they ask for no more than words. */
const words = hostileText.filter((text) => text !== "");
const shallowJson = fc.oneof(hostileText, hostileJson.filter(isShallow));
const anyFields = fc.dictionary(hostileText, shallowJson, { maxKeys: 3, noNullPrototype: true });
const takenByAgent = fc
  .record(
    {
      prompt: words,
      messages: fc.array(
        fc.record({ role: fc.constantFrom("system", "user", "assistant"), content: hostileText }),
        { maxLength: 3 },
      ),
      metadata: anyFields,
      conversation_id: fc.constant(seenId),
      stream: fc.boolean(),
      stop: fc.array(hostileText, { maxLength: 3 }),
      logit_bias: fc.dictionary(hostileText, fc.double({ noNaN: true, noDefaultInfinity: true })),
    },
    { requiredKeys: ["prompt"] },
  )
  .chain((body) => anyFields.map((others) => ({ ...others, ...body })));
const content = fc.oneof(
  hostileText,
  fc.array(
    fc.oneof(
      anyFields.map((part) => ({ ...part, type: "text" })),
      hostileText.map((text) => ({ type: "text", text })),
      fc.tuple(hostileText, anyFields).map(([kind, part]) => ({ ...part, type: kind })),
    ),
    { maxLength: 3 },
  ),
);
const takenByChat = fc
  .record(
    {
      model: fc.constant("planner"),
      messages: fc.array(
        fc.record({
          role: fc.constantFrom("system", "developer", "user", "assistant"),
          content: fc.option(content),
          name: shallowJson,
        }),
        { minLength: 1, maxLength: 3 },
      ),
      tools: fc.constant([{ type: "function", function: { name: "open_door", parameters: {} } }]),
      tool_choice: fc.oneof(hostileText, anyFields),
      user: hostileText.map((text) => text.slice(0, 256)),
      safety_identifier: hostileText.map((text) => text.slice(0, 256)),
      metadata: anyFields,
      conversation_id: fc.constant(seenId),
      stream: fc.boolean(),
      stream_options: fc.record({ include_usage: fc.boolean(), other: shallowJson }),
      response_format: fc.record({ type: fc.constant("text"), other: shallowJson }),
    },
    { requiredKeys: ["model", "messages"] },
  )
  .chain((body) => anyFields.map((others) => ({ ...others, ...body })));

function isShallow(value: unknown): boolean {
  return !isNestedDeeper(value, 90);
}

/** What HTTP can carry in a header: bytes, and no control characters. */
const headerText = fc.oneof(
  fc.string({ maxLength: 300 }),
  hostileText.map((text) => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, "")),
);
const seldom = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, value);
const headers = fc
  .record({
    host: fc.oneof({ weight: 30, arbitrary: fc.constant("localhost") }, headerText),
    authorization: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(undefined, "Bearer trusted-key") },
      fc.oneof(fc.constantFrom("Basic eA==", "Bearer x"), headerText),
    ),
    "x-conversation-id": seldom(fc.oneof(fc.constant(seenId), headerText)),
    "idempotency-key": seldom(fc.oneof(fc.constantFrom("one", "two", "three"), headerText)),
    traceparent: seldom(
      fc.oneof(fc.constant(`00-${"a".repeat(32)}-${"b".repeat(16)}-01`), headerText),
    ),
    "x-openwebui-user-id": seldom(fc.oneof(fc.constantFrom("ada", "anonymous"), headerText)),
    "x-openwebui-chat-id": seldom(fc.oneof(fc.constantFrom("c", "local:x"), headerText)),
    "x-task": seldom(headerText),
  })
  .map((each) =>
    Object.fromEntries(
      Object.entries(each).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  );

const type = fc.oneof(
  { weight: 30, arbitrary: fc.constant("application/json") },
  fc.constantFrom("application/json; charset=utf-16", "text/plain", "multipart/form-data", "a/b/c"),
  headerText,
);
/** JSON.stringify recurses; what it can't write is sent as its own text. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return `{"prompt":"x","metadata":${"[".repeat(20_000)}${"]".repeat(20_000)}}`;
  }
}
const payloadLike = (valid: object, taken: fc.Arbitrary<object>): fc.Arbitrary<string | Buffer> =>
  fc.oneof(
    { weight: 12, arbitrary: taken.map(written) },
    { weight: 8, arbitrary: mutated(valid).map(written) },
    hostileJson.map(written),
    fc.oneof(
      hostileText,
      fc.constantFrom("", "{", '{"__proto__":{}}', '{"a":1,"a":2}', "\uFEFF{}"),
    ),
    fc.nat(300).map((length) => JSON.stringify(valid).slice(0, length)),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
  );
const runRequest = fc
  .constantFrom(
    ["/v1/agent", payloadLike(agentBody, takenByAgent)] as const,
    ["/v1/chat/completions", payloadLike(chatBody, takenByChat)] as const,
  )
  .chain(([url, payload]) =>
    fc.record({
      method: fc.constant("POST" as const),
      url: fc.constant(url),
      headers: fc
        .tuple(headers, type)
        .map(([all, contentType]) => ({ ...all, "content-type": contentType })),
      payload,
    }),
  );

const encoded = fc.oneof(
  hostileText.map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom("planner", seenId, "%00", "%ff", "%", "%2e%2e%2f", "..", "a%2fb", "*", ""),
);
const path = fc.oneof(
  fc.constantFrom(
    ...["/v1/conversations", "/v1/models", "/livez", "/readyz", "/healthz", "/metrics"],
    ...["/openapi.json", "/v1/agent", "/v1/chat/completions", "/", "//", "*"],
  ),
  encoded.map((id) => `/v1/conversations/${id}`),
  encoded.map((id) => `/v1/conversations/${id}/export`),
  encoded.map((id) => `/v1/models/${id}`),
  encoded.map((id) => `/${id}`),
);
const parameter = fc
  .tuple(fc.oneof(fc.constantFrom("limit", "after", "user"), encoded), encoded)
  .map(([name, value]) => `${name}=${value}`);
const numbers = fc
  .oneof(fc.integer(), fc.double(), fc.constantFrom("1e1", "0x5", " 5", "5 ", "+5", "1_0"))
  .map((value) => `limit=${encodeURIComponent(value)}`);
const query = fc
  .array(fc.oneof(parameter, numbers, fc.constant(`after=${seenId}`)), { maxLength: 3 })
  .map((all) => (all.length === 0 ? "" : `?${all.join("&")}`));
const reading = ["GET", "GET", "GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "POST"] as const;
const readRequest = fc.record({
  method: fc.constantFrom(...reading),
  url: fc.tuple(path, query).map((parts) => parts.join("")),
  headers,
});

export const hostileRequest: fc.Arbitrary<HostileRequest> = fc.oneof(
  { weight: 3, arbitrary: runRequest },
  { weight: 2, arbitrary: readRequest },
);
