import { endpoints, type ServiceName } from "../../infra/services/endpoints.ts";

/** The services of a stack without a provider's key, in start order: all. */
export const serviceNames = Object.keys(endpoints) as readonly ServiceName[];
