import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An answer, on a connection of its own: the next question may reach another unit. */
export function get(url: string, host?: string): Promise<Answer> {
  return ask(url, { host });
}

/** Adds a row to the shop. */
export function addItem(url: string, item: string): Promise<Answer> {
  return ask(url, { body: new URLSearchParams({ item }).toString() });
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

interface Question {
  /** The name that is asked for, where it is not the address's. */
  readonly host?: string | undefined;
  /** A form; with it the question is a POST. */
  readonly body?: string;
}

function ask(url: string, { host, body }: Question): Promise<Answer> {
  const headers = {
    connection: 'close',
    ...(host === undefined ? {} : { host }),
    ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  return new Promise((resolve, reject) => {
    const options = { agent: false, method: body === undefined ? 'GET' : 'POST', headers, timeout: 10_000 };
    const sent = request(url, options, (response) => {
      const texts: string[] = [];
      response.setEncoding('utf8').on('data', (text: string) => texts.push(text));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text: texts.join('') }));
      response.once('error', reject);
    });
    sent.once('timeout', () => sent.destroy(new Error('no answer in 10 s')));
    sent.once('error', reject);
    sent.end(body);
  });
}
