import { escapeCsvField } from './csv-field.ts'

/**
 * A value in a CSV list that machines read: quoted where it must be and never changed. What a spreadsheet would take for a formula, or
 * a control character, cannot be said without changing it: `undefined`.
 */
export function escapeCsvValue(text: string): string | undefined {
  const field = escapeCsvField(text)
  return field === text || field === `"${text.replaceAll('"', '""')}"` ? field : undefined
}
