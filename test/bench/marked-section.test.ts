import { expect } from "chai";
import { withSection } from "./marked-section.ts";

describe("withSection", () => {
  const page = "# Figures\n\n<!-- up -->\nold\n<!-- /up -->\n\nThe rest.\n";

  it("puts new text between the marks, and leaves the rest alone", () => {
    const changed = withSection(page, "up", "new");

    expect(changed).to.equal("# Figures\n\n<!-- up -->\n\nnew\n\n<!-- /up -->\n\nThe rest.\n");
    expect(withSection(changed, "up", "new")).to.equal(changed);
  });

  it("refuses a page without the marks", () => {
    expect(() => withSection("# Figures\n", "up", "new")).to.throw("no section");
  });
});
