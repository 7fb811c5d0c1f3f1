/** Runs a file of this project on Node 24.2 or newer: `node scripts/node24.cjs [NODE OPTIONS] FILE [ARGUMENTS]`. */
const { runOnNode24 } = require('../packages/local-aws/bin/node24.cjs');

runOnNode24('Pregón', process.argv.slice(2));
