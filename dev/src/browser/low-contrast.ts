import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/**
 * Texts in sight whose contrast with what lies behind them is under 4.5 to 1 (WCAG 2.2, 1.4.3), in the light theme and in the dark
 * one, each with its theme and figure. Gradients and images behind a text are not seen; the console has none behind texts that matter.
 */
export async function lowContrast(page: Page): Promise<string[]> {
  const script = readFileSync(join(import.meta.dirname, 'in-page/low-contrast.js'), 'utf8')
  const found: string[] = []
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    // Whoever chose no theme has the system's.
    await page.locator(`html[data-mantine-color-scheme="${colorScheme}"]`).waitFor({ state: 'attached' })
    // Colours are there with the next frame but one.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    const texts = await page.evaluate<string[]>(script)
    found.push(...texts.map((text) => `${colorScheme}: ${text}`))
  }
  return found
}
