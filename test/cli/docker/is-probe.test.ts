import { expect } from "chai";
import { isProbe } from "../../../cli/docker/is-probe.ts";

const probes: readonly [service: string, line: string][] = [
  ["agent", '{"level":30,"method":"GET","route":"/readyz","statusCode":200,"ms":1}'],
  ["agent", '{"level":30,"method":"GET","route":"/healthz","statusCode":200,"ms":1}'],
  ["litellm", 'INFO:     127.0.0.1:40862 - "GET /health/liveliness HTTP/1.1" 200 OK'],
  ["open-webui", '2026-11-29 07:24:14 | INFO | uvicorn - 127.0.0.1:0 - "GET /health HTTP/1.1" 200'],
  ["searxng", '[INFO] 127.0.0.1 - "GET /healthz HTTP/1.1" 200 2.4'],
  ["model", "srv  log_server_r: done request: GET /health 127.0.0.1 200"],
  ["embeddings", 'INFO:     127.0.0.1:1 - "GET /v1/models HTTP/1.1" 200 OK'],
];

const lines: readonly [service: string, line: string][] = [
  ["agent", '{"level":30,"method":"GET","route":"/readyz","statusCode":503,"ms":1}'],
  ["agent", '{"level":30,"method":"POST","route":"/v1/agent","statusCode":200,"ms":1}'],
  ["agent", '{"level":40,"msg":"GET /readyz 200"}'],
  ["litellm", 'INFO:     127.0.0.1:40862 - "GET /health/liveliness HTTP/1.1" 503'],
  ["litellm", 'INFO:     172.18.0.9:1 - "GET /v1/models HTTP/1.1" 200 OK'],
  ["open-webui", '172.18.0.1:0 - "GET /health-insurance HTTP/1.1" 200'],
  ["postgres", "LOG:  checkpoint complete"],
  ["agent", "{ not JSON"],
];

describe("a line of a health check", () => {
  for (const [service, line] of probes) {
    it(`of ${service} is known: ${line}`, () => {
      expect(isProbe(service, line)).to.equal(true);
    });
  }

  for (const [service, line] of lines) {
    it(`is not what else ${service} says, nor one that failed: ${line}`, () => {
      expect(isProbe(service, line)).to.equal(false);
    });
  }
});
