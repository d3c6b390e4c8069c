import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface OtlpCollector {
  readonly url: string;
  readonly spans: readonly CollectedSpan[];
  readonly contentTypes: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * An HTTP collector of traces in protobuf, as Phoenix is; `silent` takes them and never answers, and one
 * that `refuses` a span refuses all that come with it.
 */
export async function otlpCollector({
  silent = false,
  refuses = () => false,
}: {
  readonly silent?: boolean;
  readonly refuses?: (span: CollectedSpan) => boolean;
} = {}): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const contentTypes: string[] = [];
  const server = createServer((request, response) => {
    contentTypes.push(`${request.url ?? ""} ${request.headers["content-type"] ?? ""}`);
    void buffer(request).then((body) => {
      if (silent) return;
      const sent = decodeRequest(body);
      if (sent.some(refuses)) {
        response.writeHead(400).end();
        return;
      }
      spans.push(...sent);
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    contentTypes,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

// The fields of opentelemetry/proto/trace/v1/trace.proto that a test asks for.
function decodeRequest(request: Buffer): CollectedSpan[] {
  return children(request, 1).flatMap((resourceSpans) => {
    const resource = attributes(bytes(resourceSpans, 1), 1);
    return children(resourceSpans, 2)
      .flatMap((scopeSpans) => children(scopeSpans, 2))
      .map((span) => ({
        traceId: bytes(span, 1).toString("hex"),
        spanId: bytes(span, 2).toString("hex"),
        parentId: bytes(span, 4).toString("hex"),
        name: bytes(span, 5).toString(),
        attributes: attributes(span, 9),
        resource,
      }));
  });
}

function attributes(message: Buffer, field: number): Record<string, unknown> {
  return Object.fromEntries(
    children(message, field).map((pair) => [bytes(pair, 1).toString(), anyValue(bytes(pair, 2))]),
  );
}

function anyValue(message: Buffer): unknown {
  const [value] = fields(message);
  if (value === undefined) return undefined;
  if (value.field === 1) return (value.content as Buffer).toString();
  return value.field === 4 ? (value.content as Buffer).readDoubleLE() : value.content;
}

function children(message: Buffer, field: number): Buffer[] {
  return fields(message).flatMap((each) =>
    each.field === field && Buffer.isBuffer(each.content) ? [each.content] : [],
  );
}

function bytes(message: Buffer, field: number): Buffer {
  return children(message, field)[0] ?? Buffer.alloc(0);
}

/** Protobuf's wire format: a number, or bytes, under each field's number. */
function fields(message: Buffer): { field: number; content: number | Buffer }[] {
  const found: { field: number; content: number | Buffer }[] = [];
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => message.subarray(at, (at += length));
  while (at < message.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    const wireType = key % 8;
    const content =
      wireType === 0 ? varint() : take(wireType === 1 ? 8 : wireType === 5 ? 4 : varint());
    found.push({ field, content });
  }
  return found;
}
