import type { Page } from 'playwright-core';
import { WITHIN_MS } from './browser.ts';

/** Waits for a condition, asked again and again; Playwright's own wait needs eval, which the pages' policy forbids. */
export async function until(condition: () => Promise<boolean>, timeoutMs = WITHIN_MS): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Still not so after ${timeoutMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Whether an element lies whole within the window. */
export function isInView(page: Page, selector: string): Promise<boolean> {
  return page.evaluate(`(() => {
    const { top, bottom } = document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  })()`);
}
