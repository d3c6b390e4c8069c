import { expect } from "chai";
import {
  heldAttachment,
  isAttachmentName,
  releaseAttachment,
} from "../../../agent/attachments/held-attachments.ts";
import { liftAttachments } from "../../../agent/http/lift-attachments.ts";

const base64 = "QUJD".repeat(20_000);
const url = `data:image/png;base64,${base64}`;

/** What a body says once its attachments are out, and these. */
function lifted(body: string) {
  const { pieces, attachments, words } = liftAttachments(Buffer.from(body));
  for (const each of attachments) releaseAttachment(each);
  return { text: pieces.map(String).join(""), attachments, words };
}

describe("attachments in a body of JSON", () => {
  for (const [what, body] of [
    ["an image's address", { image_url: { url } }],
    ["an image's address of the Responses API", { type: "input_image", image_url: url }],
    ["a file's data", { file: { file_data: url, filename: "x" } }],
  ] as const) {
    it(`are taken out of ${what}, and all else stays`, () => {
      const before = JSON.stringify({ a: 'quoted "data:', body, z: [1, null, "é"] }, null, 2);

      const { text, attachments, words } = lifted(before);

      expect(attachments.map(({ url: bytes }) => bytes.toString())).to.deep.equal([url]);
      const name = attachments[0]?.name ?? "";
      expect(isAttachmentName(name)).to.equal(true);
      expect(text).to.equal(before.replace(url, name));
      expect(words).to.equal(Buffer.byteLength(before) - url.length);
    });
  }

  it("are taken out with the slashes that some clients escape", () => {
    const slashed = `data:image/png;base64,${"/+A=".repeat(20_000)}`;
    const body = `{"url":"${slashed.replaceAll("/", "\\/")}"}`;

    const { attachments, text } = lifted(body);

    expect(attachments[0]?.url.toString()).to.equal(slashed);
    expect(JSON.parse(text)).to.deep.equal({ url: attachments[0]?.name });
  });

  it("of the same bytes have one name, of others another", () => {
    const other = url.replace("QUJD", "RUJD");

    const { attachments } = lifted(JSON.stringify([{ url }, { url }, { url: other }]));

    const names = attachments.map(({ name }) => name);
    expect(names[0]).to.equal(names[1]).and.not.to.equal(names[2]);
  });

  for (const [what, body] of [
    ["words that begin like one", JSON.stringify({ text: url, url: "x" })],
    ["small ones", JSON.stringify({ url: "data:image/png;base64,QUJD" })],
    ["what is not base64", JSON.stringify({ url: `${url}\u0001 and more` })],
    ["what has other escapes", `{"url":"${url}\\u0041"}`],
    ["what has no media type", JSON.stringify({ url: `data:;base64,${base64}` })],
    ["one quoted within words", JSON.stringify({ text: `{"url":"${url}"}` })],
    ["one whose end is missing", `{"url":"${url} `],
  ] as const) {
    it(`are not ${what}`, () => {
      const { attachments, text, words } = lifted(body);

      expect(attachments).to.deep.equal([]);
      expect(text).to.equal(body);
      expect(words).to.equal(Buffer.byteLength(body));
    });
  }

  it("are there until each request that has them is over", () => {
    const body = Buffer.from(JSON.stringify({ url }));
    const [first] = liftAttachments(body).attachments;
    const [second] = liftAttachments(body).attachments;
    if (first === undefined || second === undefined) throw new Error("There is no attachment.");

    releaseAttachment(first);
    expect(heldAttachment(second.name)?.url.toString()).to.equal(url);
    releaseAttachment(second);
    expect(heldAttachment(second.name)).to.equal(undefined);
  });
});
