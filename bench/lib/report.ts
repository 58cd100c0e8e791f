/** Samples of one subject of a question; `unit` is what a sample counts, `ms` or `kB`. */
export interface Subject {
  readonly subject: string;
  readonly unit: 'ms' | 'kB';
  readonly samples: readonly number[];
}

/** One printed line (issue 4 section 7). `ratios`: own median divided by each peer's. */
export interface ReportLine {
  readonly question: string;
  readonly subject: string;
  readonly unit: string;
  readonly n: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly ratios: Readonly<Record<string, number>>;
}

/** Lines in the order given; every subject whose name does not start with `cantrip` is a peer of those that do. */
export function reportLines(question: string, subjects: readonly Subject[]): ReportLine[] {
  const peers = subjects.filter((subject) => !isOurs(subject));
  return subjects.map((subject) => {
    const middle = median(subject.samples);
    const ratios = isOurs(subject) ? peers.map((peer) => [peer.subject, round(middle / median(peer.samples), 3)]) : [];
    return {
      question,
      subject: subject.subject,
      unit: subject.unit,
      n: subject.samples.length,
      min: round(Math.min(...subject.samples), 2),
      median: round(middle, 2),
      max: round(Math.max(...subject.samples), 2),
      ratios: Object.fromEntries(ratios),
    };
  });
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Prints JSON lines, or a table for people. */
export function printReport(lines: readonly ReportLine[], json: boolean): void {
  for (const line of lines) console.log(json ? JSON.stringify(line) : textLine(line));
}

function textLine(line: ReportLine): string {
  const spread = `${line.min} … ${line.max} ${line.unit}, n=${line.n}`;
  const ratios = Object.entries(line.ratios).map(([peer, ratio]) => `${ratio} × ${peer}`);
  const head = `${line.question.padEnd(12)} ${line.subject.padEnd(28)} ${String(line.median).padStart(9)} ${line.unit}`;
  return [`${head}  (${spread})`, ...ratios].join('   ');
}

function isOurs(subject: Subject): boolean {
  return subject.subject.startsWith('cantrip');
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
