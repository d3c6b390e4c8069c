import { z } from "zod";

/** A repository of images and where its registry's API is. */
export interface TagSource {
  /** "https://ghcr.io", without a path. */
  readonly base: string;
  /** "library/debian", "berriai/litellm". */
  readonly repository: string;
}

const page = z.object({ tags: z.array(z.string()).nullable() });
const token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Some projects push a tag a commit; what is further behind than this is not waited for. */
const mostPages = 40;

/**
 * Every tag of a repository, as anybody may read them.
 *
 * @param signal ends all questions together.
 * @throws Error where the registry can't be reached or gives no list.
 */
export async function listTags(source: TagSource, signal: AbortSignal): Promise<string[]> {
  const tags: string[] = [];
  let authorization: string | undefined;
  let next: string | undefined = `/v2/${source.repository}/tags/list?n=1000`;
  for (let count = 0; next !== undefined; count += 1) {
    if (count === mostPages) throw new Error(`it has more than ${tags.length} tags`);
    const url: URL = new URL(next, source.base);
    let response = await ask(url, authorization, signal);
    if (response.status === 401 && authorization === undefined) {
      authorization = await anonymousToken(response, source, signal);
      response = await ask(url, authorization, signal);
    }
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    tags.push(...(page.parse(await response.json()).tags ?? []));
    next = nextPage(response.headers.get("link"), source);
  }
  return tags;
}

function ask(url: URL, authorization: string | undefined, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return fetch(url, { headers, signal });
}

/** Registries give a token to anybody for what is public; they say where in their refusal. */
async function anonymousToken(
  refusal: Response,
  { base, repository }: TagSource,
  signal: AbortSignal,
): Promise<string> {
  const challenge = refusal.headers.get("www-authenticate") ?? "";
  const of = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  const realm = of("realm");
  if (!/^bearer /i.test(challenge) || realm === undefined) throw new Error("it wants a login");
  const url = new URL(realm);
  if (url.protocol !== "https:" && url.host !== new URL(base).host) {
    throw new Error("it wants a login over a plain connection");
  }
  const service = of("service");
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", `repository:${repository}:pull`);
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`it gave no token (${response.status})`);
  const given = token.parse(await response.json());
  return `Bearer ${given.token ?? given.access_token ?? ""}`;
}

/** Only within the same registry: a link could lead anywhere. */
function nextPage(link: string | null, { base }: TagSource): string | undefined {
  const target = /<([^>]+)>;\s*rel="?next"?/.exec(link ?? "")?.[1];
  if (target === undefined) return undefined;
  const url = new URL(target, base);
  return url.host === new URL(base).host ? url.pathname + url.search : undefined;
}
