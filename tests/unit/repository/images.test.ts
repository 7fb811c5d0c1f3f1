import { globSync, readFileSync, statSync } from 'node:fs';

const IMAGES = globSync('docs/images/*').sort();
const KB = 1000;

test('each picture of the README takes at most 120 KB, and all of them 700 KB', () => {
  const sizes = IMAGES.map((path) => statSync(path).size);
  expect(IMAGES.length).toBeGreaterThanOrEqual(7);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(120 * KB);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(700 * KB);
});

test('every picture is shown in the README, with words for those who do not see it', () => {
  const readme = readFileSync('README.md', 'utf8');
  const shown = [...readme.matchAll(/!\[([^\]]+)\]\((docs\/images\/[^)]+)\)/g)].map(([, , path]) => path);
  expect(shown.sort()).toEqual(IMAGES);
});
