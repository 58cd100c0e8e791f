import { systemClock } from '../../../../controller/apply/clock.ts';
import { openSqliteStore } from '../../../../controller/apply/sqlite-store.ts';
import { loadSqlite } from '../../../../controller/read/sqlite.ts';

/** Writes numbers, many at once, and says each that was acknowledged. Arguments: file, first number. */
async function main(file: string, first: number): Promise<void> {
  const store = await openSqliteStore(await loadSqlite(), file, systemClock);
  for (let number = first; ; number += 8) {
    const batch = Array.from({ length: 8 }, async (_, index) => {
      const key = `n/${number + index}`;
      await store.txn({ compares: [], writes: [{ kind: 'put', key, value: 'x'.repeat(500) }] });
      process.stdout.write(`${number + index}\n`);
    });
    await Promise.all(batch);
  }
}

main(process.argv[2] as string, Number(process.argv[3])).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
