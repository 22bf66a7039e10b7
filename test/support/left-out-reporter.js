// Says at the end, where nobody overlooks it, that the tests of the pages were left out because no browser was found.
const isBrowserTest = ({ testFilePath }) => /[\\/]test[\\/]browser[\\/]/.test(testFilePath);
const isLeftOut = ({ testResults }) =>
  testResults.length > 0 && testResults.every(({ status }) => status === 'pending');

export default class LeftOutReporter {
  onRunComplete(_contexts, { testResults }) {
    const files = testResults.filter((each) => isBrowserTest(each) && isLeftOut(each));
    if (files.length === 0) return;
    console.error(`
The browser tests were LEFT OUT (${files.length} ${files.length === 1 ? 'file' : 'files'} of test/browser): this machine has no Chromium. Install it (Debian: apt-get install
chromium), or name one by the variable CHROMIUM, and run npm run test:browser.`);
  }
}
