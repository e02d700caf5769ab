import { parseGroupType } from '@postern/intel'

/** What a person reads for a type; a type that this console does not know is shown as it is called. */
export function groupTypeLabel(type: string): string {
  const known = parseGroupType(type)
  return known ?? type
}
