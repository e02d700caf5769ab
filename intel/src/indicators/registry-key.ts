import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult } from './refusal.ts'

/**
 * `HKEY_… : value name : value type`, of which the last, or the last two, may be missing. The root is written in full and in
 * capitals, doubled and trailing backslashes go; letters below the root keep their case. An unnamed («default») value is a single blank.
 */
export function canonicalRegistryKey(text: string): CanonicaliseResult {
  const plain = text.normalize('NFC')
  const first = plain.indexOf(separator)
  const key = canonicalKey(first < 0 ? plain : plain.slice(0, first))
  if (key === undefined) {
    return refuse(
      'registry-root',
      `${quoted(text)} does not begin with a root such as HKEY_LOCAL_MACHINE or HKLM, and a backslash.`,
    )
  }
  if (first < 0) return { ok: true, value: key }

  // A value name may itself hold « : », so the type is what stands behind the last one, where it looks like a type.
  const last = plain.lastIndexOf(separator)
  const type = plain
    .slice(last + separator.length)
    .trim()
    .toUpperCase()
  // Separators may not share a blank: « : : REG_SZ» is a value named «: REG_SZ».
  if (last < first + separator.length || !type.startsWith('REG_')) {
    const name = plain.slice(first + separator.length).trim()
    return { ok: true, value: name === '' ? key : `${key}${separator}${name}` }
  }
  if (!valueTypes.has(type)) {
    return refuse(
      'registry-value-type',
      `${quoted(type)} is not a type of registry value; ${[...valueTypes].join(', ')} are.`,
    )
  }
  const name = plain.slice(first + separator.length, last).trim()
  return { ok: true, value: `${key}${separator}${name || ' '}${separator}${type}` }
}

function canonicalKey(text: string): string | undefined {
  const components = withoutTail(text)
    .split('\\')
    .filter((component) => component.trim() !== '')
  const rootText = components[0]?.trim().toUpperCase() ?? ''
  const root = shortRoots.get(rootText) ?? rootText
  if (!roots.has(root)) return undefined
  return [root, ...components.slice(1)].join('\\')
}

/** Without the blanks, backslashes and separators that stand behind a key when nothing follows. */
function withoutTail(text: string): string {
  let key = text.trim()
  while (key.endsWith('\\') || key.endsWith(' :')) key = key.slice(0, key.endsWith('\\') ? -1 : -2).trimEnd()
  return key
}

const separator = ' : '
const shortRoots: ReadonlyMap<string, string> = new Map([
  ['HKCR', 'HKEY_CLASSES_ROOT'],
  ['HKCU', 'HKEY_CURRENT_USER'],
  ['HKLM', 'HKEY_LOCAL_MACHINE'],
  ['HKU', 'HKEY_USERS'],
  ['HKCC', 'HKEY_CURRENT_CONFIG'],
  ['HKPD', 'HKEY_PERFORMANCE_DATA'],
])
const roots: ReadonlySet<string> = new Set([
  ...shortRoots.values(),
  'HKEY_DYN_DATA',
  'HKEY_CURRENT_USER_LOCAL_SETTINGS',
])
const valueTypes: ReadonlySet<string> = new Set([
  'REG_NONE',
  'REG_SZ',
  'REG_EXPAND_SZ',
  'REG_BINARY',
  'REG_DWORD',
  'REG_DWORD_LITTLE_ENDIAN',
  'REG_DWORD_BIG_ENDIAN',
  'REG_LINK',
  'REG_MULTI_SZ',
  'REG_RESOURCE_LIST',
  'REG_FULL_RESOURCE_DESCRIPTOR',
  'REG_RESOURCE_REQUIREMENTS_LIST',
  'REG_QWORD',
  'REG_QWORD_LITTLE_ENDIAN',
])
