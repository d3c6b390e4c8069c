import { endpoints, publishedPorts, type ServiceName } from "../../infra/services/endpoints.ts";
import { settingsWith } from "./settings.ts";

/** On this machine, by service, where no setting moves them: as the documents write them. */
export function defaultPorts(): Readonly<Record<string, number>> {
  const settings = settingsWith();
  const pairs = (Object.keys(endpoints) as ServiceName[]).flatMap((service) =>
    publishedPorts(service, settings).map(({ external }) => [service, external] as const),
  );
  return Object.fromEntries(pairs);
}
