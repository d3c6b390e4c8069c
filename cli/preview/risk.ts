/** How much a change asks of those who use the stack; the worst first. */
export const riskLevels = ["data", "protection", "breaking", "interruption", "none"] as const;

export type RiskLevel = (typeof riskLevels)[number];

/** What a level is called, and what it means to someone who reads nothing else. */
export const riskWords: Readonly<Record<RiskLevel, { title: string; meaning: string }>> = {
  data: {
    title: "Data at risk",
    meaning: "data may be left behind, or read by what did not write it: take a backup before.",
  },
  protection: {
    title: "Less protection",
    meaning: "a service may do more, or be reached by more, than before.",
  },
  breaking: {
    title: "Breaks its users",
    meaning: "an address, a service or a setting that others use changes: they must follow.",
  },
  interruption: {
    title: "Short interruption",
    meaning: "a service is unavailable until it is healthy again, and comes back by itself.",
  },
  none: { title: "No interruption", meaning: "nothing that runs is interrupted." },
};

export function worst(levels: readonly RiskLevel[]): RiskLevel {
  return riskLevels.find((level) => levels.includes(level)) ?? "none";
}
