import Sequencer from '@jest/test-sequencer';

const bootsTheProduct = ({ path }) => path.includes('/tests/e2e/');

/** The tests that boot the product come first: at the end, a core would be idle beside the last of them. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return [...sorted.filter(bootsTheProduct), ...sorted.filter((test) => !bootsTheProduct(test))];
  }
}
