/** Put in by scripts/build.mjs. */
declare const __VERSION__: string;

const args = process.argv.slice(2);

// Nothing is loaded to say which version this is.
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${__VERSION__}\n`);
} else {
  void import('./run.ts')
    .then(({ runCommandLine }) => runCommandLine(args, __VERSION__))
    .then((status) => {
      process.exitCode = status;
    });
}
