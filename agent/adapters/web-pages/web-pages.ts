import { Agent, request, type Dispatcher } from "undici";
import type { Page, PageFetcher } from "../../ports/ports.ts";
import { acceptedEncodings, cappedBody } from "./capped-body.ts";
import type { HtmlReader } from "./html-reader.ts";
import type { LookUp } from "./look-up.ts";
import { PageError } from "./page-error.ts";
import { explain } from "./page-failure.ts";
import { decodeText, pageMedia } from "./page-media.ts";
import { type PageTarget, pageTarget, requirePublic } from "./page-target.ts";
import { type Connector, pinnedConnector } from "./pinned-connector.ts";

export interface WebPagesOptions {
  readonly maxBytes: number;
  readonly maxRedirects: number;
  /** For everything together: names, redirects, transfer and reading. */
  readonly timeoutMs: number;
  readonly lookUp: LookUp;
  /** Opens the connections. Whatever it is asked for has been checked. */
  readonly connect: Connector;
  readonly reader: HtmlReader;
}

const accept = "text/html, application/xhtml+xml, text/*, application/json;q=0.9, */*;q=0.1";
const maxHeaderBytes = 16 * 1024;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Pages of the public Internet. Each address on the way, a redirect's too, is looked up once, all
 * that it leads to must be public, and the connection goes to just that. Nothing that says who asks
 * is sent, and nothing is kept between two requests.
 */
export function webPages(options: WebPagesOptions): PageFetcher {
  return {
    async fetch(address, signal) {
      const timeout = AbortSignal.timeout(options.timeoutMs);
      const either = AbortSignal.any([signal, timeout]);
      try {
        return await follow(address, options, either);
      } catch (cause) {
        signal.throwIfAborted();
        if (timeout.aborted) {
          throw new PageError(`The page did not come within ${options.timeoutMs / 1000} s.`);
        }
        throw explain(cause);
      }
    },
  };
}

async function follow(
  address: string,
  options: WebPagesOptions,
  signal: AbortSignal,
): Promise<Page> {
  let target = pageTarget(address);
  for (let followed = 0; ; followed++) {
    const result = await ask(target, options, signal);
    if ("page" in result) return result.page;
    if (followed === options.maxRedirects) {
      throw new PageError(`The page redirects more than ${options.maxRedirects} times.`);
    }
    target = pageTarget(result.location, target.url);
  }
}

type Result = { readonly page: Page } | { readonly location: string };

async function ask(
  target: PageTarget,
  options: WebPagesOptions,
  signal: AbortSignal,
): Promise<Result> {
  const addresses = await publicAddresses(target, options.lookUp, signal);
  const dispatcher = new Agent({
    connect: pinnedConnector(options.connect, addresses, signal),
    maxHeaderSize: maxHeaderBytes,
    connections: 1,
    pipelining: 0,
  });
  try {
    const { url } = target;
    const response = await request(url, {
      dispatcher,
      signal,
      headers: {
        accept,
        "accept-encoding": acceptedEncodings,
        "user-agent": "agent-stack (web_fetch)",
      },
    });
    const location = redirects.has(response.statusCode) ? header(response, "location") : "";
    // The header is bytes, which some servers mean as UTF-8.
    if (location !== "") return { location: Buffer.from(location, "latin1").toString() };
    return { page: await read(url, response, options, signal) };
  } finally {
    // Whatever was not read is not received.
    await dispatcher.destroy();
  }
}

/** One address that is not public is enough: which of them is used is nobody's to choose. */
async function publicAddresses(
  { name, address }: PageTarget,
  lookUp: LookUp,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (name === undefined) return address === undefined ? [] : [address];
  const addresses = await lookUp(name, signal);
  for (const each of addresses) requirePublic(each);
  return addresses;
}

async function read(
  url: URL,
  response: Dispatcher.ResponseData,
  options: WebPagesOptions,
  signal: AbortSignal,
): Promise<Page> {
  const { statusCode: status, body } = response;
  if (status < 200 || status > 299) throw new PageError(`The address answered ${status}.`);
  const media = pageMedia(header(response, "content-type"));
  const encoding = header(response, "content-encoding");
  const { bytes, isCut } = await cappedBody(body, encoding, options.maxBytes);
  const content = decodeText(bytes, media);
  const { title, text } =
    media.kind === "html"
      ? await options.reader.read({ html: content, url: url.href }, signal)
      : { title: "", text: content.trim() };
  return { url: url.href, title, text, isCut };
}

function header({ headers }: Dispatcher.ResponseData, name: string): string {
  const value = headers[name];
  return (Array.isArray(value) ? value.join(",") : value) ?? "";
}
