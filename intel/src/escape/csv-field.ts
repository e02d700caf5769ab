/**
 * One field of a CSV file (RFC 4180), quoted where it must be. Text that a spreadsheet would take for a formula (`=`, `+`, `-`, `@`, in
 * their wide forms too, also behind blanks) gets a leading apostrophe, which spreadsheets hide. Fields that hold `;` or a
 * tab are quoted as well, for the locales where those separate. Control characters other than tab and line end become U+FFFD.
 * For text only: write numbers, which may be negative, as they are.
 */
export function escapeCsvField(text: string): string {
  const clean = notInCsv.test(text) ? text.toWellFormed().replace(notInCsvAll, '\ufffd') : text
  const harmless = formulaStart.test(clean) ? `'${clean}` : clean
  return mustQuote.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/* oxlint-disable no-control-regex -- control characters are what is looked for */
const notInCsv = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff]/
const notInCsvAll = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g
const formulaStart = /^(?:[\s\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n])/
const mustQuote = /[",;\t\r\n\u2028\u2029']|^\s|\s$/
