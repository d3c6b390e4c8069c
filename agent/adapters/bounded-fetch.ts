export interface AnswerBounds {
  /** Of a body that is not a stream of events. */
  readonly bodyBytes: number;
  /** Of one line of a stream of events, which is held until its end. */
  readonly lineBytes: number;
}

export class OversizedAnswer extends Error {}

/**
 * A fetch whose answers have a size: a client of it holds whatever a server sends, until there is no
 * memory left. A stream of events may be long, for each is used and dropped.
 */
export function boundedFetch({ bodyBytes, lineBytes }: AnswerBounds): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    const isStream = response.ok && headers.get("content-type")?.startsWith("text/event-stream");
    const bounds = isStream ? lineBounds(lineBytes) : bodyBounds(bodyBytes);
    const body = response.body.pipeThrough(new TransformStream({ transform: bounds }));
    return new Response(body, { status, statusText, headers });
  };
}

type Transform = (
  chunk: Uint8Array,
  controller: TransformStreamDefaultController<Uint8Array>,
) => void;

function bodyBounds(most: number): Transform {
  let length = 0;
  return (chunk, controller) => {
    length += chunk.length;
    if (length > most) throw new OversizedAnswer(`The answer has more than ${most} bytes.`);
    controller.enqueue(chunk);
  };
}

const newline = 0x0a;

function lineBounds(most: number): Transform {
  let length = 0;
  return (chunk, controller) => {
    const last = chunk.lastIndexOf(newline);
    // A chunk is short: a line that begins and ends in it is, too.
    length = last === -1 ? length + chunk.length : chunk.length - last - 1;
    if (length > most) throw new OversizedAnswer(`An event has more than ${most} bytes.`);
    controller.enqueue(chunk);
  };
}
