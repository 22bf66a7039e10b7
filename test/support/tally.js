// Prints what jest's results files say, together, as one line: `12 passed, 0 failed`. Fails when a test failed, or when
// one of the files has none.
import { existsSync, readFileSync } from 'node:fs';

const all = process.argv.slice(2).map((file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}));
const sumOf = (...names) => all.flatMap((each) => names.map((name) => each[name] ?? 0)).reduce((a, b) => a + b, 0);

const passed = sumOf('numPassedTests');
// A file that does not load holds no failed test, and still is a failure.
const failed = sumOf('numFailedTests', 'numRuntimeErrorTestSuites');
const skipped = sumOf('numPendingTests', 'numTodoTests');

if (failed > 0 || all.length === 0 || all.some(({ numPassedTests = 0 }) => numPassedTests === 0)) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
