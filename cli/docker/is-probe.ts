import { endpointOf } from "../../infra/services/endpoints.ts";
import { jsonOf } from "./readable-line.ts";

/** Pages that only health checks and `./stack status` ask for. */
const healthPages = ["/health", "/healthz", "/livez", "/readyz"];

/** Whether a line of a service's log says no more than that a health check was answered well. */
export function isProbe(service: string, text: string): boolean {
  const page = endpointOf(service)?.healthPath;
  const pages = page === undefined ? healthPages : [page, ...healthPages];
  const json = jsonOf(text);
  if (json) {
    const { method, route, statusCode } = json;
    return method === "GET" && pages.some((each) => each === route) && statusCode === 200;
  }
  // As uvicorn, granian and llama.cpp write it: the path, then the status, with or without quotes.
  const [, path, status] = /\bGET (\/[^\s?"]*)\S*(?: .*?)? (\d{3})(?= |$)/u.exec(text) ?? [];
  return status === "200" && pages.some((each) => each === path);
}
