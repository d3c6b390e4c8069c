import { expect } from "chai";
import type { Change } from "../../../cli/preview/change.ts";
import { changesAsMarkdown, previewMarker } from "../../../cli/preview/markdown.ts";

function change(differences: Partial<Change> = {}): Change {
  return {
    subject: "litellm",
    action: "replace",
    level: "interruption",
    reasons: ["PLANNER_MODEL a -> b"],
    risk: "About 30 s without it.",
    files: [],
    ...differences,
  };
}

/** The text outside of code, where GitHub would see Markdown, HTML and mentions. */
function outsideCode(markdown: string): string {
  return markdown
    .replaceAll(/^(`{3,})diff\n[\s\S]*?\n\1$/gm, "")
    .replaceAll(/(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g, "");
}

describe("the comment on a pull request", () => {
  it("starts with the marker by which the next run finds it", () => {
    for (const changes of [[], [change()]]) {
      expect(changesAsMarkdown(changes, "x").startsWith(`${previewMarker}\n`)).to.equal(true);
    }
  });

  it("says the worst first, in its title and in its tables", () => {
    const text = changesAsMarkdown([change(), change({ level: "data", subject: "postgres" })], "x");

    expect(text).to.include("would do: data at risk");
    expect(text.indexOf("#### Data at risk")).to.be.lessThan(
      text.indexOf("#### Short interruption"),
    );
  });

  it("says that nothing changes where nothing does", () => {
    expect(changesAsMarkdown([], "x")).to.include("would change nothing");
  });

  const hostile = "`</code> @everyone <img src=x onerror=alert(1)> ``` [a](http://b) | <!-- x -->";

  it("lets no text of the compared trees out of its code", () => {
    const files = [{ path: hostile, diff: `+${hostile}\n+\`\`\`\`\n+@team` }];
    const text = changesAsMarkdown(
      [change({ subject: hostile, reasons: [hostile], risk: hostile, files })],
      hostile,
    );

    const outside = outsideCode(text).replace(previewMarker, "");
    expect(outside).not.to.match(/<img|<!--|@everyone|@team/);
  });

  it("keeps a table's columns whatever a cell holds", () => {
    const text = changesAsMarkdown([change({ reasons: ["a | b\nc"] })], "x");
    const row = text.split("\n").find((line) => line.startsWith("| replace"));

    expect(row?.replaceAll("\\|", "").split("|")).to.have.length(5);
  });

  it("stays below GitHub's limit, says how much it left out, and cuts no fence in two", () => {
    const diff = `+${"y".repeat(900)}`;
    const many = Array.from({ length: 200 }, (_, index) =>
      change({ subject: `service-${index}`, files: [{ path: "/etc/x", diff }] }),
    );

    const text = changesAsMarkdown(many, "x");

    expect(text.length).to.be.lessThan(65_000);
    expect(text).to.match(/\d+ more entries do not fit here/);
    expect([...text.matchAll(/^```/gm)].length % 2).to.equal(0);
    expect([...text.matchAll(/<details>/g)].length).to.equal(
      [...text.matchAll(/<\/details>/g)].length,
    );
  });
});
