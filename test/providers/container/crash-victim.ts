import { openImages } from '../../../images/store.ts';
import { openBuilder, openProvider } from '../../../providers/container/index.ts';
import { bringUp } from './bring-up.ts';

/** A command that is killed somewhere in the middle: argv is state, run, native and images directory, and a port. */
const [stateDirectory = '', runDirectory = '', nativeDirectory = '', directory = '', port = ''] = process.argv.slice(2);
const options = { stateDirectory, runDirectory, nativeDirectory, log: () => {} };
const images = openImages({ directory, builder: openBuilder(options) });
await bringUp(openProvider({ ...options, images }), Number(port));
