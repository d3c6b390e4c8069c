import type { ServiceSpec } from "./service.ts";
import type { ServiceName } from "./services/endpoints.ts";
import { StackError } from "./stack-error.ts";

/**
 * Services in an order in which each follows what it depends on.
 *
 * @throws StackError on a dependency that does not run, or a circular one.
 */
export function startOrder(specs: readonly ServiceSpec[]): ServiceSpec[] {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const ordered: ServiceSpec[] = [];
  const visit = (spec: ServiceSpec, path: readonly string[]): void => {
    if (path.includes(spec.name)) throw dependencyError(`${[...path, spec.name].join(" needs ")}.`);
    if (ordered.includes(spec)) return;
    for (const name of spec.dependsOn) {
      const dependency = byName.get(name);
      if (!dependency)
        throw dependencyError(
          `${spec.name} needs ${name}, which does not run with these settings.`,
        );
      visit(dependency, [...path, spec.name]);
    }
    ordered.push(spec);
  };
  for (const spec of specs) visit(spec, []);
  return ordered;
}

function dependencyError(message: string): StackError {
  return new StackError(message, { remedy: "Correct dependsOn in infra/services." });
}

/** What must be healthy first: everything that it needs, in a release of an earlier version. */
export function startsAfter({
  startsAfter: first,
  dependsOn,
}: Pick<ServiceSpec, "dependsOn"> &
  Partial<Pick<ServiceSpec, "startsAfter">>): readonly ServiceName[] {
  return first ?? dependsOn;
}
