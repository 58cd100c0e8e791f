import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Few connections a unit: PostgreSQL has a process for each. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4, connectionTimeoutMillis: 2000 });
// A connection that breaks while nobody uses it is no reason to end: the pool makes another.
pool.on('error', (error) => console.error(`database: ${error.message}`));

const related = process.env.DATABASE_URL !== undefined;
let ready = false;

/**
 * Whether the table was there once, or nothing is to be waited for. Later troubles of the database are told by the
 * answers, not by the health.
 */
export function isReady() {
  return ready || !related;
}

/** Tries until the database is there: it may well start after us. */
export async function openDatabase() {
  if (!related) return console.error('no database is related with this application');
  for (let failures = 0; !ready; failures += 1) {
    try {
      await createTable();
      ready = true;
      console.log('the database is there');
    } catch (error) {
      if (failures % 50 === 0) console.error(`waiting for the database: ${error.message}`);
      await sleep(Math.min(25 * 2 ** failures, 100));
    }
  }
}

export function closeDatabase() {
  return pool.end();
}

/** The lock lets one unit at a time create it: two that see no table at once would both try, and one would fail. */
function createTable() {
  return pool.query(`
    BEGIN;
    SELECT pg_advisory_xact_lock(8080);
    CREATE TABLE IF NOT EXISTS items (
      id serial PRIMARY KEY,
      name text NOT NULL,
      added_by text NOT NULL,
      added_at timestamptz NOT NULL DEFAULT now()
    );
    COMMIT`);
}

/** The newest first, at most a hundred. */
export async function listItems() {
  return (await pool.query('SELECT id, name, added_by FROM items ORDER BY id DESC LIMIT 100')).rows;
}

export async function addItem(name, unit) {
  const added = await pool.query('INSERT INTO items (name, added_by) VALUES ($1, $2) RETURNING id, name', [name, unit]);
  return added.rows[0];
}
