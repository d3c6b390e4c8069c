import type { ServiceFacts } from "../../infra/rendering.ts";

/** The services that need `service`, directly or through others, by name. */
export function dependentsOf(
  service: string,
  services: Readonly<Record<string, ServiceFacts>>,
): string[] {
  const found = new Set<string>();
  const visit = (needed: string): void => {
    for (const [name, { dependsOn = [] }] of Object.entries(services)) {
      if (!dependsOn.includes(needed) || found.has(name)) continue;
      found.add(name);
      visit(name);
    }
  };
  visit(service);
  return [...found].sort();
}
