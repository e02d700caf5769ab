/** ThreatConnect's codes of refused items; apps show them to people. */
export const refusalCodes = {
  general: '0x1001',
  jsonSyntax: '0x1003',
  indicator: '0x1005',
  group: '0x1006',
  notFound: '0x1007',
  association: '0x1009',
  /** The item was written, but not all of it. */
  indicatorPartly: '0x2001',
  groupPartly: '0x2002',
  /** Hashes that are in other files already: some were not linked or written, or nothing was. */
  filePartly: '0x2003',
  fileMerge: '0x3001',
} as const

/** `<Type> <value> is not valid. <why>`: apps take the text apart at «is not valid. ». */
export function notValid(type: string, value: string, why: string): string {
  return `${shown(type)} ${shown(value)} is not valid. ${why}`
}

/** The same of a value that is well formed, and that this organization does not want. */
export function notWanted(type: string, value: string, why: string): string {
  return `${shown(type)} ${shown(value)} is excluded here, so its import is not valid. ${why}`
}

/** A stranger's text in a message: short, and without characters that a log or a terminal would act on. */
function shown(text: string): string {
  const short = text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text
  return short.toWellFormed().replace(actingCharacters, '\ufffd')
}

const shownLengthMax = 200
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const actingCharacters = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
