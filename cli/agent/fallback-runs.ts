/** How many runs a fallback has answered since the agent started, by its model's name. */
export type FallbackRuns = Readonly<Record<string, number>>;

const patienceMilliseconds = 1500;

/** Asks the agent's metrics; undefined where they can't be read: status says the rest all the same. */
export async function fallbackRuns(
  agent: string,
  key: () => Promise<string | undefined>,
): Promise<FallbackRuns | undefined> {
  try {
    const open = await metricsOf(agent, undefined);
    const answer = open.status === 401 ? await metricsOf(agent, await key()) : open;
    return answer.ok ? runsIn(await answer.text()) : undefined;
  } catch {
    return undefined;
  }
}

function metricsOf(agent: string, key: string | undefined): Promise<Response> {
  return fetch(`${agent}/metrics`, {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(patienceMilliseconds),
  });
}

/** Of the lines `agent_fallback_runs_total{model="openai/local"} 3`. */
export function runsIn(metrics: string): FallbackRuns {
  const lines = metrics.matchAll(/^agent_fallback_runs_total\{model="([^"]*)"\} (\d+)/gm);
  return Object.fromEntries([...lines].map(([, model = "", count]) => [model, Number(count)]));
}
