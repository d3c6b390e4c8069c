/** What a new chat offers to begin with, in Open WebUI's words. */
export interface Suggestion {
  /** Two lines of a button. */
  readonly title: readonly [string, string];
  /** What it asks. */
  readonly content: string;
}

/** What the agent does with a model that can call tools. */
export const suggestions: readonly Suggestion[] = [
  {
    title: ["Search the web", "for news about a subject of mine"],
    content:
      "Search the web for this week's news about open-source AI models. Give me the three most important items, each with a link.",
  },
  {
    title: ["Read a page", "and tell me what it says"],
    content:
      "Read https://en.wikipedia.org/wiki/History_of_coffee and tell me in five sentences how coffee came to Europe.",
  },
  {
    title: ["Remember something", "and come back to it later in this chat"],
    content:
      "Remember for this chat: I am planning a trip to Lisbon in May, and I don't eat fish. Which questions should we settle first?",
  },
  {
    title: ["Ask about a document", "that I attach with the + button"],
    content: "Summarise the attached document in five points, and say on which page each one is.",
  },
];

/** What a small local model can be tried out with: words, without tools. */
export const smallModelSuggestions: readonly Suggestion[] = [
  {
    title: ["Say hello", "in three languages"],
    content: "Say hello in English, French and Spanish.",
  },
  {
    title: ["Explain something", "in two short sentences"],
    content: "Explain in two short sentences what a rainbow is.",
  },
  {
    title: ["Write a few lines", "about the sea"],
    content: "Write four lines about the sea.",
  },
];
