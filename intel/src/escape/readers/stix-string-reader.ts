/** A reader of StringLiteral as in OASIS's STIXPattern.g4: `'\'' ( ~['\\] | '\\\'' | '\\\\' )* '\''`; throws for anything else. */
export function readStixString(literal: string): string {
  if (!/^'(?:[^'\\]|\\'|\\\\)*'$/.test(literal)) throw new Error('not a StringLiteral')
  return literal.slice(1, -1).replace(/\\([^])/g, '$1')
}
