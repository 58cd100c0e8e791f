import { createServer } from 'node:http';
import { addItem, closeDatabase, isReady, listItems, openDatabase } from './database.js';
import { answerItems, answerText, readItem, UNIT } from './pages.js';

const { HOST = '127.0.0.1', PORT = '3000' } = process.env;

const routes = {
  'GET /': async (request, response) => answerItems(request, response, await listItems()),
  'POST /': async (request, response) => {
    const item = await readItem(request);
    if (item === null) return answerText(response, 400, 'send a field named item, as a form or as JSON');
    const added = await addItem(item, UNIT);
    if (!request.headers.accept?.includes('text/html')) return answerText(response, 201, `${added.id} ${added.name}`);
    response.writeHead(303, { location: '/' }).end();
  },
  'GET /health': async (_request, response) =>
    answerText(response, isReady() ? 200 : 503, isReady() ? 'ready' : 'no table yet'),
};

const server = createServer(async (request, response) => {
  response.setHeader('x-served-by', UNIT);
  const route = routes[`${request.method} ${new URL(request.url, 'http://shop').pathname}`];
  if (route === undefined) return answerText(response, 404, 'not found');
  try {
    await route(request, response);
  } catch (error) {
    console.error(error.message);
    answerText(response, 503, 'the database cannot be reached, try again');
  }
});

// Longer than the balancer keeps a connection, so that the balancer is the one to close it.
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), HOST, () => console.log(`listening on ${HOST}:${PORT}`));
openDatabase();

process.on('SIGTERM', () => {
  server.close(() => closeDatabase().finally(() => process.exit(0)));
  server.closeIdleConnections();
});
