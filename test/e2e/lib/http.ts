/** An answer, on a connection of its own: the next question may reach another unit. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

export function get(url: string): Promise<Answer> {
  return ask(url, {});
}

/** Adds a row to the shop. */
export function addItem(url: string, item: string): Promise<Answer> {
  return ask(url, { method: 'POST', body: new URLSearchParams({ item }) });
}

/** Answers to so many questions, one after the other. */
export async function getTimes(url: string, times: number): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let time = 0; time < times; time += 1) answers.push(await get(url));
  return answers;
}

/** Which units of the shop answered, sorted, from the first lines `shop, served by web-0`. */
export function servedBy(answers: readonly Answer[]): readonly string[] {
  return [...new Set(answers.map(({ text }) => /served by (\S+)/.exec(text)?.[1] ?? text))].sort();
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const signal = AbortSignal.timeout(10_000);
  const answer = await fetch(url, { ...init, signal, headers: { connection: 'close' } });
  return { status: answer.status, text: await answer.text() };
}
