import type { Locator, Page } from 'playwright-core'

/** What stands in the query box, whether the editor has come by now or the plain field still waits for it; no placeholder. */
export async function writtenQuery(page: Page): Promise<string> {
  await page.getByRole('textbox', { name: 'Query' }).waitFor()
  return await page.evaluate<string>(`(() => {
    const field = document.querySelector('[aria-label=Query]')
    const textOf = (line) => (line.querySelector('.cm-placeholder') ? '' : line.textContent)
    return field.value ?? [...field.querySelectorAll('.cm-line')].map(textOf).join('\\n')
  })()`)
}

/** Completions to choose from. Those of what was written before stand there until the next have come, but take neither key nor click. */
export function offersIn(page: Page): Locator {
  return page.locator('.cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled)').getByRole('listbox')
}
