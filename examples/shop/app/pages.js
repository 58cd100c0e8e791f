import { hostname } from 'node:os';

/** Name of this unit. */
export const UNIT = hostname();

const MAX_BODY = 10_000;

/** The rows, as whoever asks likes them: a page, JSON, or lines of text. */
export function answerItems(request, response, items) {
  const accept = request.headers.accept ?? '';
  if (accept.includes('text/html')) return answer(response, 200, 'text/html', page(items));
  if (accept.includes('application/json'))
    return answer(response, 200, 'application/json', JSON.stringify({ unit: UNIT, items }));
  const lines = items.map((item) => `${item.id} ${item.name} (${item.added_by})`);
  return answerText(response, 200, [`shop, served by ${UNIT}`, ...lines].join('\n'));
}

export function answerText(response, status, text) {
  return answer(response, status, 'text/plain', `${text}\n`);
}

/** The field `item` of a form or of JSON; null when there is none, or too much. */
export async function readItem(request) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > MAX_BODY) return null;
  }
  const item = request.headers['content-type']?.includes('application/json')
    ? fieldOf(body)
    : new URLSearchParams(body).get('item');
  return typeof item === 'string' && item.trim() !== '' ? item.trim() : null;
}

function fieldOf(json) {
  try {
    return JSON.parse(json)?.item;
  } catch {
    return null;
  }
}

function answer(response, status, type, body) {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
}

function page(items) {
  const rows = items.map((item) => `<li>${escaped(item.name)} <small>${escaped(item.added_by)}</small></li>`);
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Shop</title>
  <h1>Shop</h1>
  <form method="post"><input name="item" required autofocus> <button>Add</button></form>
  <ul>${rows.join('\n')}</ul>
  <p>Served by ${escaped(UNIT)}</p>
</html>
`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
