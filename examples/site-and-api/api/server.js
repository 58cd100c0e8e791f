import { createServer } from 'node:http';
import { hostname } from 'node:os';

const { HOST = '127.0.0.1', PORT = '3000' } = process.env;

const server = createServer((request, response) => {
  const known = ['/health', '/api/time'].includes(request.url);
  response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(known ? { time: new Date().toISOString(), unit: hostname() } : { error: 'not found' }));
});

// Longer than the proxy in front keeps a connection, so that the proxy is the one to close it.
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), HOST, () => console.log(`listening on ${HOST}:${PORT}`));

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
