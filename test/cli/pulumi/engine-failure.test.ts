import { expect } from "chai";
import { EngineFailure, engineFailure } from "../../../cli/pulumi/engine-failure.ts";
import { StackError } from "../../../infra/stack-error.ts";

function failed(stderr: string): StackError {
  const error = engineFailure(Object.assign(new Error("Command failed"), { stderr }));
  if (!(error instanceof StackError)) throw new Error(`not recognised: ${stderr}`);
  return error;
}

/** What the engine printed in each case (3.274.1), and what a user reads. */
const seen: readonly (readonly [string, RegExp, RegExp])[] = [
  ["error: incorrect passphrase", /another passphrase/, /\.stack\/passphrase/],
  [
    "error: the stack is currently locked by 1 lock(s). Either wait …\n" +
      "  file:///x/locks/a.json: created by root@host (pid 4711) at 2026-01-01",
    /process 4711 of root@host/,
    /Wait for it/,
  ],
  [
    "error: could not deserialize: unexpected end of JSON input",
    /damaged or cut short/,
    /\.json\.bak/,
  ],
  [
    "error: place 1: json: cannot unmarshal array into Go value of type apitype.VersionedCheckpoint",
    /damaged or cut short/,
    /\.json\.bak/,
  ],
  ["error: unsupported checkpoint version 99", /damaged or cut short/, /\.json\.bak/],
  [
    'error: unable to open state directory "file:///nonexistent/x": stat /nonexistent/x: no such file or directory',
    /folder of the state is missing: file:\/\/\/nonexistent\/x/,
    /PULUMI_BACKEND_URL/,
  ],
  [
    'error: unable to open state directory "file:///etc/passwd": /etc/passwd is not a directory',
    /file:\/\/\/etc\/passwd is not a folder/,
    /PULUMI_BACKEND_URL/,
  ],
  [
    'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, ' +
      "resolve auth scheme: resolve endpoint: endpoint rule error, Invalid region: region was not a valid DNS name.",
    /region of the bucket/,
    /AWS_REGION/,
  ],
  [
    'error: read ".pulumi/meta.yaml": blob (key ".pulumi/meta.yaml") (code=Unknown): operation error S3: GetObject, ' +
      "get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found",
    /refuses the login, or no login is set/,
    /AWS_ACCESS_KEY_ID/,
  ],
  [
    "error: missing google credentials: unable to find gcp credentials: google: could not find default credentials.",
    /refuses the login, or no login is set/,
    /PULUMI_BACKEND_URL/,
  ],
  [
    "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
    /Pulumi's service, which wants an access token/,
    /git checkout/,
  ],
  [
    'error: performing HTTP request: Get "http://127.0.0.1:9/api/user": dial tcp 127.0.0.1:9: connect: connection refused',
    /does not answer at http:\/\/127\.0\.0\.1:9\/api\/user/,
    /PULUMI_BACKEND_URL/,
  ],
  [
    "error: could not unmarshal '/clone/Pulumi.yaml': invalid YAML file: yaml: line 1: did not find expected node content",
    /\/clone\/Pulumi\.yaml can't be used: invalid YAML file/,
    /git checkout Pulumi\.yaml/,
  ],
  [
    "error: could not validate '/clone/Pulumi.yaml': project is missing a 'name' attribute",
    /project is missing a 'name' attribute/,
    /git checkout Pulumi\.yaml/,
  ],
  [
    "error: could not decrypt configuration values: bad value",
    /secret in Pulumi's configuration .* can't be decrypted/,
    /config set --secret/,
  ],
  [
    "error: open /clone/.stack/state/.pulumi/meta.yaml: no space left on device",
    /no space left on the disk of \/clone\/\.stack\/state\/\.pulumi\/meta\.yaml/,
    /Free some space/,
  ],
  [
    "error: mkdir /clone/.pulumi/locks: read-only file system",
    /\/clone\/\.pulumi\/locks can't be written/,
    /writable/,
  ],
  [
    "error: open /clone/.pulumi/meta.yaml: permission denied",
    /may not use \/clone\/\.pulumi\/meta\.yaml/,
    /ls -ld/,
  ],
];

describe("an error of the engine", () => {
  for (const [stderr, message, remedy] of seen) {
    it(`is a sentence with a remedy: ${stderr.slice(0, 90)}`, () => {
      const error = failed(stderr);

      expect(error.message).to.match(message);
      expect(error.remedy).to.match(remedy);
      expect(error).not.to.be.instanceOf(EngineFailure);
    });
  }

  it("that nobody has seen yet is shown in the engine's own words", () => {
    const error = failed("Loading…\nerror: the moon is full\nerror: the moon is full\n");

    expect(error).to.be.instanceOf(EngineFailure);
    expect(error.details).to.deep.equal(["the moon is full"]);
  });

  it("is told from an error of ours, which stays as it is", () => {
    const error = new TypeError("x is undefined");

    expect(engineFailure(error)).to.equal(error);
  });
});
