#!/usr/bin/env node
/** The command `local-aws`. */
const { join } = require('node:path');
const { runOnNode24 } = require('./node24.cjs');

runOnNode24('local-aws', [join(__dirname, '..', 'src', 'cli', 'main.ts'), ...process.argv.slice(2)]);
