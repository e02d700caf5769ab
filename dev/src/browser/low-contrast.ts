import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/**
 * Texts in sight whose contrast with what lies behind them is under 4.5 to 1 (WCAG 2.2, 1.4.3), each with its figure.
 * Gradients and images behind a text are not seen; the console has none behind texts that matter.
 */
export async function lowContrast(page: Page): Promise<string[]> {
  const script = readFileSync(join(import.meta.dirname, 'in-page/low-contrast.js'), 'utf8')
  return await page.evaluate<string[]>(script)
}

/** The same in both themes, between which the page changes as it does when the person's system changes. It is left light. */
export async function lowContrastInBothThemes(page: Page): Promise<string[]> {
  const found: string[] = []
  for (const theme of ['dark', 'light'] as const) {
    await changeTheme(page, theme)
    found.push(...(await lowContrast(page)).map((text) => `${theme}: ${text}`))
  }
  return found
}

/** As when the person's system changes. */
export async function changeTheme(page: Page, theme: 'dark' | 'light'): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await page.locator(`html[data-mantine-color-scheme=${theme}]`).waitFor()
}
