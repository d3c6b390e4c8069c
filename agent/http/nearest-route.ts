import { distance } from "fastest-levenshtein";

export interface KnownRoute {
  /** As it is written for Fastify: parameters begin with a colon. */
  readonly url: string;
  readonly methods: readonly string[];
}

/** Where other servers have what is here, too. */
const elsewhere: Readonly<Record<string, string>> = {
  "/v1/completions": "/v1/chat/completions",
  "/v1/messages": "/v1/chat/completions",
  "/api/chat": "/v1/chat/completions",
  "/api/generate": "/v1/chat/completions",
  "/api/embed": "/v1/embeddings",
  "/api/embeddings": "/v1/embeddings",
  "/api/tags": "/v1/models",
  "/api/version": "/livez",
  "/docs": "/openapi.json",
  "/health": "/healthz",
};

/** An address is meant where no more of it is wrong. */
const mostWrong = 1 / 4;
const longest = 200;

/**
 * The route that was meant by an address which has none: with its `/v1` missing or twice, with a slash
 * too many, in other letters, by another server's name for it, or misspelt.
 */
export function nearestRoute(
  method: string,
  address: string,
  routes: readonly KnownRoute[],
): string | undefined {
  if (address.length > longest) return undefined;
  const plain = `/${address.toLowerCase().split("/").filter(Boolean).join("/")}`;
  const path = plain.replace(/^(\/v1)+(?=\/|$)/, "");
  const spellings = [`/v1${path}`, path];
  const meant = spellings.flatMap((each) => elsewhere[each] ?? []);
  const named = meant.find((each) => routes.some(({ url }) => url === each));
  if (named !== undefined) return named;
  const fitting = routes.filter(({ methods }) => methods.includes(method));
  const urls = (fitting.length > 0 ? fitting : routes).map(({ url }) => url);
  const candidates = urls.flatMap((url) =>
    spellings.map((spelling) => {
      const filled = withParametersOf(url, spelling);
      return { filled, wrong: distance(filled, spelling) / filled.length };
    }),
  );
  const best = candidates.toSorted((a, b) => a.wrong - b.wrong)[0];
  return best !== undefined && best.wrong <= mostWrong ? best.filled : undefined;
}

/** A route's address with the parameters of one that was called, as far as it has as many parts. */
function withParametersOf(url: string, called: string): string {
  const parts = called.split("/");
  return url
    .split("/")
    .map((part, index) => (part.startsWith(":") ? (parts[index] ?? part) : part))
    .join("/");
}
