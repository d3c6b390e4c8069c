/**
 * A page with new text between `<!-- NAME -->` and `<!-- /NAME -->`; pure.
 *
 * @throws Error where the page has no such section: a figure must not get lost.
 */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`There is no section ${begin} … ${end}.`);
  return `${page.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}
