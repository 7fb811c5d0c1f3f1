import type { Page } from 'playwright-core';

/** Everything that a page says: its texts, and those for screen readers. Not the emails, documents, code and JSON that it shows. */
export async function textsOf(page: Page): Promise<ReadonlySet<string>> {
  return new Set(await page.evaluate<string[]>(READ));
}

const READ = `(() => {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.parentElement.closest('script, noscript, style, pre, code, iframe, svg, article[lang]') === null) found.push(node.data);
      continue;
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) found.push(node.getAttribute(name) ?? '');
  }
  return found.map((text) => text.replace(/\\s+/g, ' ').trim()).filter((text) => text !== '');
})()`;
