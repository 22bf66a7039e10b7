// Prints what jest's results file says, as one line: `12 passed, 0 failed`. Fails when a test failed or none ran.
import { existsSync, readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};

const passed = results.numPassedTests ?? 0;
// A file that does not load holds no failed test, and still is a failure.
const failed = (results.numFailedTests ?? 0) + (results.numRuntimeErrorTestSuites ?? 0);
const skipped = (results.numPendingTests ?? 0) + (results.numTodoTests ?? 0);

if (failed > 0 || passed === 0) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
